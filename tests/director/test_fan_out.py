"""One signal for more accounts than one call carries: each account exactly once, whatever happens."""

from typing import Any

import functions_framework
import pytest

from functions.contract.scalars import timestamp_text
from functions.director import direct
from functions.gateway.context import Context
from tests.director.test_director_http import Desk, desk, signal_at
from tests.support.clock import T0
from tests.support.http import MAIN

__all__ = ["desk"]

ACCOUNTS = 5


@pytest.fixture(autouse=True)
def _two_accounts_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "MAX_ACCOUNTS", 2)


def run(desk: Desk) -> Any:
    """A run of the director in this process, so that it can be disturbed."""
    application = functions_framework.create_app("director", str(MAIN))  # type: ignore[no-untyped-call]
    headers = {
        "Authorization": f"Bearer {desk.key}",
        "X-Contract-Version": "1",
        "X-Simulated-Time": timestamp_text(T0),
    }
    return application.test_client().post("/", json={"max_signals": 1}, headers=headers)


def follow(desk: Desk) -> None:
    for number in range(ACCOUNTS):
        desk.follow(f"account-{number}")


def decisions(desk: Desk) -> list[str]:
    return [account_id for account_id, _ in desk.reasons()]


def test_one_run_decides_a_signal_for_all_accounts_in_batches(desk: Desk) -> None:
    follow(desk)
    desk.publish(signal_at())

    [settled] = run(desk).json["signals"]

    assert (settled["status"], settled["issued"], settled["declined"]) == ("processed", ACCOUNTS, 0)
    assert decisions(desk) == [f"account-{number}" for number in range(ACCOUNTS)]


@pytest.mark.parametrize("survived", [0, 1, 2])
def test_a_director_killed_between_batches_is_resumed_and_no_account_is_decided_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    follow(desk)
    desk.publish(signal_at())
    call, decided = Context.call, []

    def dying(context: Context, function: str, **arguments: Any) -> Any:
        if function == "decide_signal":
            decided.append(function)
            if len(decided) > survived:
                raise SystemExit  # nobody catches this one: the process is gone
        return call(context, function, **arguments)

    with monkeypatch.context() as deadly:
        deadly.setattr(Context, "call", dying)
        with pytest.raises(SystemExit):
            run(desk)
    before = decisions(desk)
    [settled] = run(desk).json["signals"]

    assert len(before) == 2 * survived
    assert settled["status"] == "processed"
    assert decisions(desk) == [f"account-{number}" for number in range(ACCOUNTS)]
    assert [one["account_id"] for one in desk.directives()] == decisions(desk)


def test_a_killed_transaction_leaves_no_half_batch(desk: Desk) -> None:
    follow(desk)
    desk.publish(signal_at())
    # The third account's decision fails in the database: the batch of the third and fourth is undone whole.
    desk.project.execute(
        "create function ledger.fail() returns trigger language plpgsql as"
        " $$ begin raise exception 'disk full'; end $$;"
        " create trigger fail before insert on ledger.risk_decisions for each row"
        " when (new.account_id = 'account-2') execute function ledger.fail()"
    )
    [unsettled] = run(desk).json["signals"]
    before = decisions(desk)
    desk.project.execute("drop trigger fail on ledger.risk_decisions")
    [settled] = run(desk).json["signals"]

    # Whoever comes behind it is not kept waiting.
    assert (unsettled["status"], before) == ("pending", ["account-0", "account-1", "account-4"])
    assert (settled["status"], len(decisions(desk))) == ("processed", ACCOUNTS)


def test_signals_behind_a_large_one_are_decided_in_the_same_run(desk: Desk) -> None:
    follow(desk)
    desk.publish(*(signal_at(name=f"signal {number}") for number in range(3)))

    settled = desk.run()

    assert [signal["status"] for signal in settled] == ["processed"] * 3
    assert len(decisions(desk)) == 3 * ACCOUNTS
