"""A month goes into the archive step by step, whole, and nobody can tell the difference by its rows."""

from datetime import date
from typing import Any

import pytest

from tests.database.archiving import (
    LATER,
    MONTH,
    STEPS,
    STORY_TABLES,
    archive,
    candidates,
    history,
    step,
    take,
)
from tests.database.checkpoints import checkpoint
from tests.database.database import Database, Refused
from tests.database.story import (
    acknowledge,
    closing,
    decide,
    decline,
    directive,
    event,
    opened,
    opening,
    publish,
    report,
    signal,
)
from tests.support.clock import T0, after


def closed(database: Database) -> None:
    """A position opened and closed, and a signal nobody wanted."""
    made = opened(database)
    close = directive(database, "close", closing(made.no))
    acknowledge(database, close.id)
    report(database, event(close.id, "position_closed"))
    publish(database, signal("weak"))
    decide(database, "weak", decline("demo-1"), decline("demo-2"))


def partitions(database: Database, schema: str) -> list[str]:
    rows = database.rows(
        "select relname from pg_class where relnamespace = %s::regnamespace and relispartition"
        " and relkind = 'r' and relname like '%%2026_01' order by relname",
        schema,
    )
    return [row["relname"].removesuffix("_2026_01") for row in rows]


def test_a_month_whose_stories_are_over_moves_with_all_its_tables(clone: Database) -> None:
    closed(clone)

    archive(clone)

    assert partitions(clone, "ledger") == []
    assert partitions(clone, "archive") == sorted(STORY_TABLES)
    steps = clone.rows("select step from ledger.archive_steps where month = %s order by step_no", MONTH)
    assert [row["step"] for row in steps] == list(STEPS)


def test_the_views_of_history_have_the_same_rows_before_and_after(clone: Database) -> None:
    closed(clone)
    for name in STEPS[:3]:
        take(clone, name)
    before = history(clone)
    assert all(before.values())

    take(clone, "moved")

    after_it = history(clone)
    # The step itself is journaled, outside of any month.
    added = set(after_it.pop("journal")) - set(before["journal"])
    assert len(added) == 1
    assert "month.moved" in added.pop()
    assert set(before.pop("journal")) <= set(history(clone)["journal"])
    assert after_it == before


def test_archiving_changes_nothing_but_the_status_of_signals_and_journals_each(clone: Database) -> None:
    closed(clone)
    before = history(clone)

    archive(clone)

    now = history(clone)
    for table in ("risk_decisions", "trade_directives", "directive_acknowledgements", "execution_events"):
        assert now[table] == before[table], table
    assert {row["status"] for row in clone.rows("select status from history.signal_outbox")} == {"archived"}
    rows = clone.rows("select actor, event from history.journal where entity = 'signal' and sequence = 3")
    assert [(row["actor"], row["event"]) for row in rows] == [("archivist", "signal.archived")] * 3


def test_every_journal_row_of_an_archived_month_is_covered(clone: Database) -> None:
    closed(clone)
    archive(clone)

    uncovered = clone.value(
        "select count(*) from archive.journal j where not exists (select from ledger.merkle_leaves l"
        " where (l.journal_id, l.row_hash) = (j.journal_id, j.hash))"
    )
    assert uncovered == 0
    assert clone.value("select count(*) from archive.journal") > 0


def test_archived_twice_nothing_happens(clone: Database) -> None:
    closed(clone)
    archive(clone)
    before = clone.contents(), history(clone)

    for name in STEPS:
        assert step(clone, name)["recorded"]

    assert (clone.contents(), history(clone)) == before
    assert MONTH.isoformat() not in [month["month"] for month in candidates(clone)]


@pytest.mark.parametrize("name", STEPS[1:])
def test_a_step_is_taken_after_the_one_before_it_and_not_sooner(clone: Database, name: str) -> None:
    with pytest.raises(Refused) as refused:
        step(clone, name)

    assert (refused.value.status, refused.value.code) == (409, "archive_step_out_of_order")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"p_step": "burnt"}, "archive_step_invalid"),
        ({"p_step": "chosen", "p_export": "a" * 64}, "archive_step_invalid"),
        ({"p_step": "dropped"}, "archive_step_invalid"),
        ({"p_step": "chosen", "p_month": date(2019, 1, 1)}, "month_unknown"),
        ({"p_step": "chosen", "p_retention_days": 0}, "retention_invalid"),
        ({"p_step": "chosen", "p_retention_days": 6}, "retention_invalid"),
        ({"p_step": "chosen", "p_max_signals": 0}, "batch_invalid"),
    ],
    ids=str,
)
def test_nonsense_is_refused(database: Database, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        database.call("archivist", "archive_step", at=LATER, **{"p_month": MONTH} | arguments)

    assert refused.value.code == code


@pytest.mark.parametrize(("days_after_its_end", "goes"), [(89, False), (90, True)])
def test_a_month_goes_when_the_retention_has_passed_since_its_end(
    database: Database, days_after_its_end: int, goes: bool
) -> None:
    # January ends 26.5 days after T0.
    at = after(days=26.5 + days_after_its_end)

    assert (MONTH.isoformat() in [month["month"] for month in candidates(database, at)]) == goes
    assert step(database, "chosen", at=at)["recorded"] == goes


def test_signals_are_archived_in_batches(clone: Database) -> None:
    for number in range(5):
        publish(clone, signal(f"weak {number}"))
        decide(clone, f"weak {number}", decline("demo-1"), decline("demo-2"))
    take(clone, "chosen")

    answers = [step(clone, "signals_archived", p_max_signals=2) for _ in range(3)]

    assert [answer["recorded"] for answer in answers] == [False, False, True]
    assert all(answer["waits_for"] is None for answer in answers)
    assert clone.value("select count(*) from ledger.journal where event = 'signal.archived'") == 5


def test_a_month_waits_until_a_checkpoint_covers_it(clone: Database) -> None:
    closed(clone)
    take(clone, "chosen")
    take(clone, "signals_archived")

    assert step(clone, "checkpointed")["waits_for"] == "checkpoint"
    checkpoint(clone, at=LATER)
    assert step(clone, "checkpointed")["recorded"]


def test_what_is_reported_after_the_checkpoint_holds_the_month_until_the_next(clone: Database) -> None:
    closed(clone)
    for name in STEPS[:3]:
        take(clone, name)
    while (
        step(clone, "moved")["waits_for"] is None and partitions(clone, "archive") == [] and _unbounded(clone)
    ):
        pass
    made = clone.rows("select directive_id::text as id from ledger.trade_directives limit 1")[0]
    report(clone, event(made["id"], "outcome_unknown"), at=LATER)

    assert step(clone, "moved")["waits_for"] == "checkpoint"
    checkpoint(clone, at=LATER)
    take(clone, "moved")
    assert clone.value("select count(*) from archive.execution_events where kind = 'outcome_unknown'") == 1


def _unbounded(database: Database) -> bool:
    query = "select count(*) from pg_constraint where conname = 'month_bounds' and convalidated"
    return bool(database.value(query) < len(STORY_TABLES))


def test_the_indexes_of_other_months_are_not_touched(clone: Database) -> None:
    closed(clone)
    files = (
        "select relname, pg_relation_filenode(oid) as file from pg_class where relkind in ('i', 'r')"
        " and relnamespace in ('ledger'::regnamespace, 'archive'::regnamespace)"
        " and (relname like '%2026_02%' or relname like '%2026_01%') order by relname"
    )
    before = clone.rows(files)

    archive(clone)

    # The month's own are moved as they are, neither written anew nor rebuilt.
    assert clone.rows(files) == before
    assert len(before) > 20


def test_a_month_in_the_archive_is_found_by_the_same_indexes(clone: Database) -> None:
    closed(clone)
    archive(clone)
    for table in STORY_TABLES:
        rows = clone.rows(
            "select i.indexrelid::regclass::text as name, (select count(*) from pg_inherits h"
            " where h.inhparent = i.indexrelid) as months from pg_index i where i.indrelid = %s::regclass",
            f"archive.{table}",
        )
        assert rows
        assert {row["months"] for row in rows} == {1}, table


@pytest.mark.parametrize("table", STORY_TABLES)
def test_both_schemas_have_the_same_columns_so_that_a_month_fits(migrated: Database, table: str) -> None:
    columns = (
        "select attname, format_type(atttypid, atttypmod) as type, attnotnull from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum"
    )
    for schema in ("archive", "history"):
        found = migrated.rows(columns, f"{schema}.{table}")
        hot = migrated.rows(columns, f"ledger.{table}")
        # A view knows nothing of nulls.
        for row in (*found, *hot):
            row["attnotnull"] = row["attnotnull"] if schema == "archive" else None
        assert found == hot


def test_trade_goes_on_after_a_month_has_gone(clone: Database) -> None:
    closed(clone)
    archive(clone)
    moments = {"created_at": "2026-02-02T12:00:00Z", "expires_at": "2026-02-02T13:00:00Z"}
    at = after(days=28)

    made = directive(clone, "of February", opening(expires_at="2026-02-02T12:05:00Z"), at=at, **moments)
    assert acknowledge(clone, made.id, at=at)[0]["outcome"] == "granted"
    assert report(clone, event(made.id), at=at)[0]["outcome"] == "recorded"


def test_partitions_of_an_archived_month_are_not_made_again(clone: Database) -> None:
    closed(clone)
    archive(clone)

    made = clone.call("archivist", "premake_partitions", p_from=T0, p_months=1)

    assert made == {"made": 0}
    assert partitions(clone, "ledger") == []
