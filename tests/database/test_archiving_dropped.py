"""A month leaves the database only after its export was read back, and comes back only from an export."""

import pytest

from tests.database.archiving import (
    LATER,
    MANIFEST,
    MONTH,
    STORY_TABLES,
    archive,
    candidates,
    counts,
    exported,
    history,
    step,
)
from tests.database.database import Database, Refused
from tests.database.story import (
    Directive,
    acknowledge,
    closing,
    directive,
    event,
    opened,
    poll,
    report,
)
from tests.support.clock import after

OTHER_MANIFEST = "b2" * 32


@pytest.fixture
def archived(clone: Database) -> tuple[Database, Directive]:
    """A ledger whose January is archived, and the directive of January."""
    made = directive(clone)
    acknowledge(clone, made.id)
    report(clone, event(made.id, "order_rejected"))
    archive(clone)
    return clone, made


def refusal(database: Database, name: str, manifest: str = MANIFEST, **details: object) -> str:
    with pytest.raises(Refused) as refused:
        step(database, name, p_export=manifest, p_details={"rows": counts(database)} | details)
    return refused.value.code


def dropped(database: Database) -> None:
    for name in ("exported", "verified"):
        assert exported(database, name)["recorded"]
    assert step(database, "dropped", p_export=MANIFEST)["recorded"]


def test_a_month_is_not_dropped_before_it_is_exported_and_verified(
    archived: tuple[Database, Directive],
) -> None:
    database, _ = archived

    assert refusal(database, "dropped") == "archive_step_out_of_order"
    assert refusal(database, "verified") == "archive_step_out_of_order"
    exported(database, "exported")
    assert refusal(database, "dropped") == "archive_step_out_of_order"
    assert counts(database)["signal_outbox"] == 1


def test_a_month_is_not_dropped_for_another_export_than_the_verified_one(
    archived: tuple[Database, Directive],
) -> None:
    database, _ = archived
    exported(database, "exported")
    assert refusal(database, "verified", OTHER_MANIFEST) == "archive_step_out_of_order"
    exported(database, "verified")

    assert refusal(database, "dropped", OTHER_MANIFEST) == "archive_step_out_of_order"


def test_a_new_export_has_to_be_verified_itself(archived: tuple[Database, Directive]) -> None:
    database, _ = archived
    exported(database, "exported")
    exported(database, "verified")

    exported(database, "exported", OTHER_MANIFEST)

    assert refusal(database, "dropped", OTHER_MANIFEST) == "archive_step_out_of_order"
    exported(database, "verified", OTHER_MANIFEST)
    assert step(database, "dropped", p_export=OTHER_MANIFEST)["recorded"]


@pytest.mark.parametrize("name", ["exported", "verified"])
def test_an_export_with_a_row_less_is_refused(archived: tuple[Database, Directive], name: str) -> None:
    database, _ = archived
    if name == "verified":
        exported(database, "exported")

    short = counts(database) | {"journal": counts(database)["journal"] - 1}

    assert refusal(database, name, rows=short) == "export_differs"
    assert refusal(database, name, rows=None) == "export_differs"


def test_a_dropped_month_is_gone_and_what_proves_its_export_stays(
    archived: tuple[Database, Directive],
) -> None:
    database, _ = archived
    proof = ("checkpoints", "merkle_leaves", "merkle_nodes", "signal_registry", "directive_registry")
    before = database.contents()
    leaves = database.value("select count(*) from ledger.merkle_leaves where created_at >= '2026-01-01'")

    dropped(database)

    left = database.rows(
        "select to_regclass('archive.' || t || '_2026_01') as name from unnest(%s::text[]) t", [*STORY_TABLES]
    )
    assert {row["name"] for row in left} == {None}
    assert {name: database.contents()[name] for name in proof} == {name: before[name] for name in proof}
    assert leaves > 0
    assert MONTH.isoformat() not in [month["month"] for month in candidates(database)]


def test_dropped_twice_it_is_dropped_once(archived: tuple[Database, Directive]) -> None:
    database, _ = archived
    dropped(database)

    assert step(database, "dropped", p_export=MANIFEST)["recorded"]
    assert database.value("select count(*) from ledger.archive_steps where step = 'dropped'") == 1


def test_the_journal_tells_every_step_of_a_month(archived: tuple[Database, Directive]) -> None:
    database, _ = archived
    dropped(database)

    rows = database.rows(
        "select event, actor, payload ->> 'export' as export from ledger.journal"
        " where (entity, key) = ('archive', '2026-01-01') order by sequence"
    )
    assert [(row["event"], row["export"]) for row in rows] == [
        ("month.chosen", None),
        ("month.signals_archived", None),
        ("month.checkpointed", None),
        ("month.moved", None),
        ("month.exported", MANIFEST),
        ("month.verified", MANIFEST),
        ("month.dropped", MANIFEST),
    ]
    assert {row["actor"] for row in rows} == {"archivist"}


def test_a_late_report_about_a_dropped_month_is_kept_all_the_same(
    archived: tuple[Database, Directive],
) -> None:
    database, made = archived
    dropped(database)

    (result,) = report(database, event(made.id), at=LATER)

    # What became of the directive is no longer known here.
    assert (result["outcome"], result["directive_status"], result["anomalies"]) == (
        "unmatched",
        None,
        ["late"],
    )
    assert database.value("select reason from ledger.unmatched_reports") == "story_archived"
    answer = poll(database, unresolved=[made.id], at=LATER)
    assert answer["settled"] == [{"directive_id": made.id, "status": None}]


def test_a_month_that_closes_a_position_of_a_month_still_here_is_not_dropped(clone: Database) -> None:
    made = opened(clone)
    at = after(days=35)
    moments = {"created_at": "2026-02-09T12:00:00Z", "expires_at": "2026-02-09T13:00:00Z"}
    close = directive(clone, "close", closing(made.no), at=at, **moments)
    acknowledge(clone, close.id, at=at)
    report(clone, event(close.id, "position_closed"), at=at)
    february, later = MONTH.replace(month=2), after(days=160)
    archive(clone, february, later)
    rows = {"rows": counts(clone, "2026_02")}
    for name in ("exported", "verified"):
        step(clone, name, february, later, p_export=MANIFEST, p_details=rows)

    with pytest.raises(Refused) as refused:
        step(clone, "dropped", february, later, p_export=MANIFEST)
    assert refused.value.code == "month_still_needed"

    archive(clone, MONTH, later)
    assert step(clone, "dropped", february, later, p_export=MANIFEST)["recorded"]


def test_a_restored_month_is_guarded_like_a_moved_one_and_can_be_dropped_again(
    archived: tuple[Database, Directive],
) -> None:
    database, _ = archived
    before = history(database)
    database.execute("create table public.kept as select * from archive.signal_outbox_2026_01")
    dropped(database)

    with database.connect() as owner, owner.transaction():
        owner.execute("select ledger.restore_month('2026-01-01', %s, '{}')", (MANIFEST,))
        owner.execute("insert into archive.signal_outbox_2026_01 select * from public.kept")

    assert history(database)["signal_outbox"] == before["signal_outbox"]
    guards = database.rows(
        "select array_agg(tgname || tgenabled::text order by tgname) as guards, relrowsecurity"
        " from pg_class c"
        " join pg_trigger t on t.tgrelid = c.oid where relnamespace = 'archive'::regnamespace"
        " and relname like '%%2026_01' and relkind = 'r' group by c.oid, relrowsecurity"
    )
    assert guards == [{"guards": ["a_guard_rowA", "a_guard_truncateA"], "relrowsecurity": True}] * 6
    # Not by what was said of its first time in the archive.
    assert refusal(database, "dropped") == "archive_step_out_of_order"
    dropped(database)


def test_a_month_that_is_here_is_not_restored_over(archived: tuple[Database, Directive]) -> None:
    database, _ = archived

    for month in (MONTH, MONTH.replace(month=2)):
        with pytest.raises(Exception, match="month_present"), database.connect() as owner:
            owner.execute("select ledger.restore_month(%s, %s, '{}')", (month, MANIFEST))
