"""The kill switch while everybody trades at full speed: nothing opens behind it, and closes go through."""

# ruff: noqa: S608 - what is put into these queries stands in this file

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.tools.stack import Stack
from tests.recovery.floor import Floor, Told, floor

PROJECT = Path(__file__).resolve().parents[2]
REASON = "a test says so"
# How often every officer has to have polled, and an officer to have been granted, before something is shown.
POLLS, GRANTS = 3, 5
_IN_SCOPE = """case %(scope)s when 'global' then true when 'account' then {row}account_id = %(value)s
    when 'symbol' then {row}symbol = %(value)s when 'strategy' then {row}strategy_id = %(value)s end"""
# Journal numbers are given under the locks by which a halt and an ack wait for each other.
_GRANTED_BEHIND = f"""
    select d.directive_no from ledger.journal j
    join ledger.trade_directives d on d.directive_no::text = j.key
    where j.entity = 'directive' and j.event = 'directive.acknowledged' and d.action = 'open'
        and {_IN_SCOPE.format(row="d.")}
        and j.journal_id > (select h.journal_id from ledger.journal h
            where h.event = 'trading.halted' and (h.payload ->> 'halt_no')::bigint = %(halt_no)s)
"""
_HELD = f"select from ledger.exposures e where e.volume_filled_lots > 0 and {_IN_SCOPE.format(row='e.')}"
_NOT_CLOSED_ONCE = f"""
    select o.directive_no, o.account_id, array_agg(c.status) as closes from ledger.trade_directives o
    left join ledger.trade_directives c
        on (c.account_id, c.target_directive_no, c.action) = (o.account_id, o.directive_no, 'close')
    where o.action = 'open' and o.status = 'completed' and {_IN_SCOPE.format(row="o.")}
    group by o.directive_no, o.account_id having array_agg(c.status) <> array['completed']
"""
_CLOSES = "select from ledger.risk_decisions where (numbers ->> 'halt_no')::bigint > %(since)s"


@dataclass(frozen=True)
class Halt:
    """A halt and when it was: asked for, and answered, monotonic seconds."""

    scope: str
    value: str | None
    halt_no: int
    asked: float
    answered: float

    @property
    def named(self) -> dict[str, object]:
        """Its parameters for a query."""
        return {"scope": self.scope, "value": self.value, "halt_no": self.halt_no}

    def covers(self, told: Told) -> bool:
        """Whether it is about what was told."""
        return told.of(self.scope, self.value)


@pytest.fixture(scope="module", params=[3, pytest.param(20, marks=pytest.mark.long)])
def busy(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Floor]:
    officers: int = request.param
    with floor(stack, f"floor_{officers}", tmp_path_factory.mktemp("floor"), officers=officers) as made:
        yield made


def halted(busy: Floor, scope: str, value: str | None, *, close_all: bool = False) -> Halt:
    """Halt in the middle of it: when opens are being granted, and officers have more of them in hand."""
    busy.await_granted(GRANTS, time.monotonic(), action="open", of=lambda told: told.of(scope, value))
    asked = time.monotonic()
    halt = busy.operator.halt_and_close if close_all else busy.operator.halt
    return Halt(scope, value, halt(scope, value, REASON)["halt_no"], asked, time.monotonic())


def resume(busy: Floor, *halts: Halt) -> None:
    """Take halts back."""
    for halt in halts:
        busy.operator.resume(halt.scope, halt.value, REASON)
    busy.hurry(False)


def resumed(busy: Floor, halt: Halt) -> None:
    """Take it back, and see opens in scope granted again."""
    resume(busy, halt)
    busy.await_granted(1, time.monotonic(), action="open", of=halt.covers)


def assert_nothing_opens(busy: Floor, halt: Halt) -> None:
    """Every officer asks again and again; none is offered or granted an open in scope."""
    busy.hurry()
    since = time.monotonic()

    def asked_enough() -> bool:
        return all(sum(sent > since for sent in tuple(one.polled)) >= POLLS for one in busy.officers)

    busy.await_that(asked_enough, "every officer to have polled")
    behind = [told for told in busy.told() if told.sent > halt.answered and halt.covers(told)]
    opens = Counter(told.what for told in behind if told.action == "open")
    # A halt that closes all withdraws what nobody has taken yet.
    assert set(opens) <= {"trading_halted", "directive_cancelled"}
    assert opens.total() > 0, "no officer asked for an open: nothing was shown"
    # Nor was one that was asked for before the halt's answer granted behind it.
    assert busy.rows(_GRANTED_BEHIND, **halt.named) == []
    _tell(busy, halt)


def assert_closed_once(busy: Floor, halt: Halt) -> None:
    """All that was ever opened in scope is closed at the broker, by one close each."""
    busy.await_that(lambda: not busy.rows(_HELD, **halt.named), "all positions in scope to be closed")
    assert busy.rows(_NOT_CLOSED_ONCE, **halt.named) == []
    for officer in busy.officers:
        assert len(officer.closed) == len(set(officer.closed))


def _tell(busy: Floor, halt: Halt) -> None:
    granted = [one for one in busy.told() if (one.what, one.action) == ("granted", "open")]
    last = max(one.answered for one in granted if halt.covers(one))
    print(  # noqa: T201 - shown with -s, or when the test fails
        f"halt {halt.scope} {halt.value or ''}: answered in {halt.answered - halt.asked:.3f} s;"
        f" the last open in scope was granted {last - halt.answered:+.3f} s from then"
    )


def test_behind_halts_nothing_opens_in_their_scopes_while_closes_and_all_others_go_on(busy: Floor) -> None:
    scopes = [("account", "desk-1"), ("symbol", "EURUSD"), ("strategy", "cross")]
    halts = [halted(busy, scope, value) for scope, value in scopes]

    for halt in halts:
        assert_nothing_opens(busy, halt)
        busy.await_granted(1, halt.answered, action="close", of=halt.covers)
    since = halts[-1].answered
    busy.await_granted(GRANTS, since, action="open", of=lambda told: not any(h.covers(told) for h in halts))
    resume(busy, *halts)
    for halt in halts:
        busy.await_granted(1, since, action="open", of=halt.covers)


def test_behind_a_halt_that_closes_all_every_position_in_scope_is_closed_once(busy: Floor) -> None:
    halt = halted(busy, "symbol", "GBPUSD", close_all=True)

    assert_nothing_opens(busy, halt)
    assert_closed_once(busy, halt)
    busy.await_granted(GRANTS, halt.answered, action="open", of=lambda told: not halt.covers(told))
    resumed(busy, halt)


def test_two_operators_who_close_everything_at_once_close_it_once(busy: Floor) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: halted(busy, "global", None, close_all=True), range(2))

    assert first.halt_no == second.halt_no
    assert_nothing_opens(busy, first)
    assert_closed_once(busy, first)
    resumed(busy, first)


def test_an_operator_killed_while_closing_everything_is_followed_by_one_who_finishes(busy: Floor) -> None:
    busy.await_granted(GRANTS * len(busy.officers), time.monotonic(), action="open", of=lambda told: True)
    killed = _killed_while_closing(busy)

    asked = time.monotonic()
    answer = busy.operator.halt_and_close("global", None, REASON)
    halt = Halt("global", None, answer["halt_no"], asked, time.monotonic())

    assert halt.halt_no == killed
    assert_nothing_opens(busy, halt)
    assert_closed_once(busy, halt)
    resumed(busy, halt)


def _killed_while_closing(busy: Floor) -> int:
    """Kill the command when it has closed the first positions and has more to do; answers its halt."""
    (before,) = busy.rows("select coalesce(max(halt_no), 0) as no from ledger.trading_halts")
    command = [sys.executable, "-m", "scripts.tools", "halt", "global", "--close-all", "--reason", REASON]
    environment = os.environ | dict(busy.environment)
    with subprocess.Popen(command, cwd=PROJECT, env=environment) as process:  # noqa: S603
        try:
            busy.await_that(lambda: busy.rows(_CLOSES, since=before["no"]), "the first closes")
        finally:
            process.kill()
    assert process.returncode == -signal.SIGKILL
    (halt,) = busy.rows(
        "select halt_no from ledger.trading_halts where halt_no > %(since)s", since=before["no"]
    )
    return int(halt["halt_no"])
