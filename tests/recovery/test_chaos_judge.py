"""The judge of the chaos finds nothing in a ledger where all is well, and each planted fault by its name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from functions.contract.directive import Directive
from scripts.tools.chaos.broker import Broker
from scripts.tools.chaos.clock import Clock
from scripts.tools.chaos.facts import dealt
from scripts.tools.chaos.judge import Witnesses, judge
from scripts.tools.chaos.life import Life
from scripts.tools.chaos.market import OPENS_AT, Market
from scripts.tools.chaos.notebook import Notebook
from scripts.tools.chaos.orders import Request
from scripts.tools.demo.records import magic_of
from scripts.tools.stack import Stack
from tests.database.database import Database
from tests.database.history import stock
from tests.database.story import FIRST_EA, acknowledge, directive, publish, report, signal, uuid_of

ACCOUNT = "demo-1"
STORY_TABLES = (
    "signal_outbox",
    "risk_decisions",
    "trade_directives",
    "directive_acknowledgements",
    "execution_events",
)


@dataclass(frozen=True)
class Story:
    """A position opened in ledger, broker and notebook, and who has seen it."""

    ledger: Database
    seen: Witnesses

    def findings(self) -> list[str]:
        with self.ledger.acting_as("auditor") as connection:
            return list(judge(connection, self.seen))

    def tamper(self, statement: str) -> None:
        """Change what no trigger would let anybody change."""
        for table in STORY_TABLES:
            self.ledger.execute(f"alter table ledger.{table} disable trigger all")
        self.ledger.execute(statement)


@pytest.fixture(scope="module")
def told(
    stack: Stack, _simulated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Witnesses]]:
    stack.clone_database("judged", _simulated)
    ledger = Database(stack, "judged")
    stock(ledger)
    yield ledger, _opened(ledger, tmp_path_factory.mktemp("notebook") / "book")
    ledger.close()
    stack.drop_database("judged")


@pytest.fixture
def story(told: tuple[Database, Witnesses]) -> Iterator[Story]:
    ledger, seen = told
    account, notebook = seen.accounts[ACCOUNT], seen.notebooks[ACCOUNT]
    fresh = Witnesses(
        {ACCOUNT: replace(account, deals=[*account.deals])},
        {ACCOUNT: Notebook.open(notebook.file, Life())},
        seen.published,
    )
    with ledger.undone():
        yield Story(ledger, fresh)


def _opened(ledger: Database, file: Path) -> Witnesses:
    issued = directive(ledger, "signal")
    (granted,) = acknowledge(ledger, issued.id)
    received = Directive.model_validate(granted["directive"])
    broker = _filling_broker(issued.no)
    book = Notebook.open(file, Life())
    book.receive(received)
    book.send(received.directive_id, OPENS_AT)
    (deal,) = broker.account().deals
    event = dealt(deal, received)
    book.happen(event)
    report(ledger, event.model_dump(mode="json"), instance_id=FIRST_EA)
    book.confirm([event.event_id])
    return Witnesses({ACCOUNT: broker.account()}, {ACCOUNT: book}, frozenset({uuid_of("signal")}))


def _filling_broker(directive_no: int) -> Broker:
    """One that has filled an order for that directive by a single deal."""
    for seed in range(100):
        broker = Broker(str(seed))
        for bar in Market(0, Clock(), minute_seconds=1.0, history=2).closed_bars():
            broker.pass_bar(bar)
        broker.send(Request(magic_of(directive_no), "EURUSD", "buy", Decimal(1)), OPENS_AT)
        if len(broker.account().deals) == 1:
            return broker
    raise AssertionError("no broker fills an order")


def test_there_is_nothing_to_find_where_all_is_well(story: Story) -> None:
    assert story.findings() == []


def test_a_signal_that_nobody_decided_is_found(story: Story) -> None:
    publish(story.ledger, signal("nobody decides this"))

    (finding,) = story.findings()
    assert "still pending" in finding


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("update ledger.trade_directives set status = 'pending'", "is still pending"),
        ("update ledger.trade_directives set status = 'acknowledged'", "is still acknowledged"),
        ("delete from ledger.trade_directives", "was given to no directive"),
        ("delete from ledger.trade_directives", "has 0 directives"),
        ("delete from ledger.risk_decisions", "without a decision"),
        ("delete from ledger.signal_outbox", "is registered and not published"),
        ("delete from ledger.signal_outbox", "was answered as published and is not there"),
        ("delete from ledger.execution_events", "is registered and not stored"),
        ("delete from ledger.execution_events", "is stored 0 times"),
        ("delete from ledger.directive_acknowledgements", "was never acknowledged"),
        (
            "insert into ledger.directive_acknowledgements select signal_id, symbol, created_at,"
            " directive_no, 2, account_id, gen_random_uuid(), true, acknowledged_at"
            " from ledger.directive_acknowledgements",
            "was granted 2 times",
        ),
        ("update ledger.execution_events set anomalies = '{other_instance}'", "is flagged {other_instance}"),
        ("update ledger.execution_events set volume_lots = 2", "stored with another volume_lots"),
        ("update ledger.execution_events set commission = -9", "stored with another commission"),
        ("update ledger.execution_events set deal_ticket = 5", "the ledger has deal 5, the broker has not"),
        ("update ledger.execution_events set event_id = gen_random_uuid()", "the officer's notebook has not"),
    ],
)
def test_a_fault_planted_in_the_ledger_is_found(story: Story, statement: str, expected: str) -> None:
    story.tamper(statement)

    assert any(expected in finding for finding in story.findings())


def test_a_report_that_fits_nowhere_is_found(story: Story) -> None:
    (event,) = story.seen.notebooks[ACCOUNT].events.values()
    other = event.model_dump(mode="json") | {
        "event_id": uuid_of("stray"),
        "directive_id": uuid_of("nobody's"),
    }
    report(story.ledger, other, instance_id=FIRST_EA)

    assert any("is kept as unknown_directive" in finding for finding in story.findings())


def test_a_deal_that_was_not_reported_is_found(story: Story) -> None:
    account = story.seen.accounts[ACCOUNT]
    account.deals.append(replace(account.deals[0], deal_ticket=9_000))

    assert story.findings() == [f"{ACCOUNT}: deal 9000 is stored 0 times"]


def test_a_signal_that_was_answered_and_lost_is_found(story: Story) -> None:
    lost = replace(story.seen, published=story.seen.published | {uuid_of("lost")})

    assert replace(story, seen=lost).findings() == [
        f"signal {uuid_of('lost')} was answered as published and is not there"
    ]
