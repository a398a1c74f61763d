"""The chaos' own parties keep their promises: an officer's notebook, its death, the broker, the excuses."""

import time
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from functions.contract.execution import ExecutionEvent
from scripts.tools.chaos.broker import Broker
from scripts.tools.chaos.calls import Trouble
from scripts.tools.chaos.clock import Clock
from scripts.tools.chaos.downtime import Record
from scripts.tools.chaos.facts import happened
from scripts.tools.chaos.life import ANYWHERE, WRITING, Died, Life
from scripts.tools.chaos.logs import complaints
from scripts.tools.chaos.market import OPENS_AT, SYMBOLS, Market
from scripts.tools.chaos.notebook import Notebook
from scripts.tools.chaos.orders import Request
from scripts.tools.demo.records import magic_of

DIRECTIVE_ID = "11111111-1111-4111-8111-111111111111"


def an_event(code: str) -> ExecutionEvent:
    return happened(UUID(DIRECTIVE_ID), "order_cancelled", OPENS_AT, code=code)


def test_a_notebook_that_is_opened_again_says_the_same(tmp_path: Path) -> None:
    book = Notebook.open(tmp_path / "book", Life())
    event = an_event("directive_expired")
    book.happen(event)
    book.send(event.directive_id, OPENS_AT)
    book.confirm([event.event_id])

    again = Notebook.open(tmp_path / "book", Life())

    assert again.instance_id == book.instance_id
    assert again.events == {event.event_id: event}
    assert again.sent == {event.directive_id: OPENS_AT}
    assert again.unconfirmed() == []


def test_a_line_that_was_not_finished_was_never_written(tmp_path: Path) -> None:
    life = Life()
    book = Notebook.open(tmp_path / "book", life)
    kept, torn = an_event("directive_expired"), an_event("trading_halted")
    book.happen(kept)
    life.doom(WRITING, 0.0)
    with pytest.raises(Died):
        book.happen(torn)
    assert not (tmp_path / "book").read_bytes().endswith(b"\n")

    again = Notebook.open(tmp_path / "book", life)
    again.happen(torn)

    assert list(Notebook.open(tmp_path / "book", Life()).events) == [kept.event_id, torn.event_id]


def test_who_is_to_die_between_two_steps_gets_so_far_and_no_farther() -> None:
    life = Life()
    life.doom(ANYWHERE, 0.2)
    life.step()
    life.step()

    with pytest.raises(Died):
        life.step()
    life.step()


@pytest.fixture
def broker() -> Broker:
    """One that has seen a price of every symbol."""
    made = Broker("3/chaos-01")
    for bar in Market(3, Clock(), minute_seconds=1.0, history=2).closed_bars():
        made.pass_bar(bar)
    return made


def opening(number: int) -> Request:
    return Request(magic_of(number), SYMBOLS[0], "buy", Decimal("0.10"))


def test_a_broker_answers_in_every_way_and_its_books_say_what_happened(broker: Broker) -> None:
    answers = {number: broker.send(opening(number), OPENS_AT) for number in range(1, 200)}
    account = broker.account()
    filled = {order.magic for order in account.orders}

    assert set(answers.values()) == {"done", "rejected", "unknown"}
    assert {magic_of(n) for n, answer in answers.items() if answer == "done"} <= filled
    assert not {magic_of(n) for n, answer in answers.items() if answer == "rejected"} & filled
    unknown = {magic_of(n) for n, answer in answers.items() if answer == "unknown"}
    assert unknown & filled
    assert unknown - filled
    assert len(account.deals) > len(account.orders), "none was filled in parts"
    assert sum(deal.volume_lots for deal in account.deals) == Decimal("0.10") * len(account.positions)


def test_an_order_may_be_filled_long_after_its_answer(broker: Broker) -> None:
    for number in range(1, 200):
        broker.send(opening(number), OPENS_AT)
    before = len(broker.account().orders)
    assert not broker.quiet

    broker.pass_time(datetime.max.replace(tzinfo=OPENS_AT.tzinfo))

    assert broker.quiet
    assert len(broker.account().orders) > before


def trouble(began: float, status: int | None, code: str, service: str = "functions") -> Trouble:
    return Trouble(service, "/poll", began, began + 0.1, status, code, "")


@pytest.mark.parametrize(
    ("part", "of", "excused"),
    [
        ("postgres", lambda at: trouble(at, 503, "ledger_unavailable"), True),
        ("postgrest", lambda at: trouble(at, 503, "ledger_unavailable"), True),
        ("functions", lambda at: trouble(at, None, "ConnectionError"), True),
        ("postgres", lambda at: trouble(at - 60, 503, "ledger_unavailable"), False),
        ("postgres", lambda at: trouble(at + 60, 503, "ledger_unavailable"), False),
        ("postgres", lambda at: trouble(at, 500, "internal_error"), False),
        ("postgres", lambda at: trouble(at, 409, "directive_unknown"), False),
        ("postgres", lambda at: trouble(at, None, "ConnectionError"), False),
        ("functions", lambda at: trouble(at, 503, "ledger_unavailable"), False),
        ("generator", lambda at: trouble(at, None, "ConnectionError"), False),
    ],
)
def test_only_what_was_down_at_the_time_excuses_an_answer(
    part: str, of: Callable[[float], Trouble], excused: bool
) -> None:
    record = Record(Clock())
    with record.down(part, "killed"):
        at = time.monotonic()

    assert record.excuses(of(at)) is excused


def test_the_logs_are_read_for_what_nobody_may_say(tmp_path: Path) -> None:
    said: dict[str, list[str]] = {
        "postgres": ["2026-11-23 [7] ERROR:  deadlock detected", "2026-11-23 [7] ERROR:  directive_unknown"],
        "functions": [
            '{"severity":"ERROR","message":"api.sync_account got no answer: ReadError"}',
            '{"severity":"ERROR","message":"api.sync_account failed: code 40P01, message deadlock detected"}',
            '{"severity":"ERROR","message":"signal 7 could not be decided"}',
        ],
    }
    logs: dict[str, Any] = {name: tmp_path / name for name in said}
    for name, lines in said.items():
        logs[name].write_text("\n".join(lines))

    found = list(complaints(logs))

    assert len(found) == 3
    assert "deadlock" in found[0]
    assert "40P01" in found[1]
    assert "could not be decided" in found[2]
