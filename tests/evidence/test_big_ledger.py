"""The ledger that measurements are made on is a real one: intact, and the same for the same seed."""

import itertools
import json
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner

from scripts.tools.cli import app
from scripts.tools.evidence.auditor import auditing
from scripts.tools.evidence.verify.payloads import kinds
from scripts.tools.evidence.verify.verify import verify
from scripts.tools.measure.big_ledger import BigLedger, fill
from scripts.tools.stack import Stack
from tests.database.database import Database

ROWS = 3_000
Fill = Callable[[int, int], tuple[Database, str, BigLedger]]


@pytest.fixture(scope="module")
def filled(stack: Stack) -> Iterator[Fill]:
    """Makes a big ledger, of a seed and with so many workers, on a database of its own."""
    made: list[Database] = []
    numbers = itertools.count(1)

    def run(seed: int, workers: int) -> tuple[Database, str, BigLedger]:
        name = f"big_{next(numbers)}"
        url = stack.clone_database(name)
        big = fill(url, ROWS, seed, workers=workers)
        made.append(Database(stack, name))
        return made[-1], url, big

    yield run
    for database in made:
        database.close()
        stack.drop_database(database.name)


@pytest.fixture(scope="module")
def big(filled: Fill) -> tuple[Database, str, BigLedger]:
    """One of seed 1, made by two workers."""
    return filled(1, 2)


def test_it_is_intact_and_has_about_as_many_rows_as_were_asked_for(
    big: tuple[Database, str, BigLedger],
) -> None:
    _, url, made = big
    with auditing(url) as connection:
        verdict = verify(connection)

    assert verdict.intact, list(map(str, verdict.findings.kept))
    assert verdict.read.rows == made.journal_rows
    assert verdict.read.unanchored == 0
    assert verdict.checkpoints == made.checkpoints >= made.stories // 100
    assert made.journal_rows == pytest.approx(ROWS, rel=0.1)


def test_its_stories_are_traded_rejected_and_left_to_expire(big: tuple[Database, str, BigLedger]) -> None:
    database, _, _ = big
    events = {row["event"] for row in database.rows("select distinct event from ledger.journal")}

    assert events >= {
        "signal.processed",
        "decision.declined",
        "directive.cancelled",
        "directive.completed",
        "directive.failed",
        "execution.order_filled",
        "execution.order_rejected",
        "execution.position_closed",
    }
    assert {event.partition(".")[0] for event in events} <= set(kinds(1))
    # What is closed again counts no longer.
    open_again = "select count(*) from ledger.exposures e join ledger.execution_events c using (directive_no)"
    assert database.value(f"{open_again} where c.kind = 'position_closed'") == 0


def test_ids_and_hashes_are_those_that_the_api_would_give(big: tuple[Database, str, BigLedger]) -> None:
    database, _, _ = big
    signals = (
        "select count(*) from ledger.signal_outbox o left join ledger.signal_registry r using (signal_id)"
        " where r.content_hash is distinct from ledger.signal_hash(o)"
    )
    directives = (
        "select count(*) from ledger.trade_directives d where d.directive_id <>"
        " ledger.directive_uuid(d.signal_id, d.symbol, d.created_at, d.account_id, d.target_directive_no)"
    )
    events = (
        "select count(*) from ledger.execution_events e left join ledger.event_registry r"
        " using (account_id, event_id) where r.content_hash is distinct from"
        " ledger.content_hash(ledger.event_document(e, r.directive_id))"
    )

    assert [database.value(query) for query in (signals, directives, events)] == [0, 0, 0]


def test_the_same_seed_gives_the_same_journal_and_another_seed_another(filled: Fill) -> None:
    # What the migrations wrote, and that time is simulated, has the time of the machine.
    told = (
        "select md5(string_agg(encode(hash, 'hex'), '' order by hash)) from ledger.journal"
        " where entity not in ('lifecycle', 'settings')"
    )
    first, again, other = (filled(seed, 1)[0].value(told) for seed in (7, 7, 8))

    assert first == again
    assert first != other


@pytest.mark.long
def test_what_is_measured_was_intact_and_came_out_of_its_journal() -> None:
    result = CliRunner().invoke(app, ["measure", "ledger", "--journal-rows", "1000", "--json"])

    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["intact"]
    assert document["replayed_identical"]
    assert min(document[each]["peak_memory_mib"] for each in ("verify", "replay")) > 0
