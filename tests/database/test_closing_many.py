"""More positions than one decision carries are closed, all of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from scripts.tools.stack import Stack
from tests.database.database import Database
from tests.database.directing import (
    ending,
    run,
    signal_status,
)
from tests.database.story import (
    acknowledge,
    decide,
    decline,
    event,
    issue,
    issued,
    opening,
    publish,
    report,
    signal,
    uuid_of,
)

CROWDS = {"demo-1": 250, "demo-2": 101}


@pytest.fixture(scope="module")
def _crowd(stack: Stack, stocked: str) -> Iterator[Database]:
    stack.clone_database("crowd", stocked)
    database = Database(stack, "crowd")
    names = [f"open {n}" for n in range(max(CROWDS.values()))]
    for start in range(0, len(names), 100):
        publish(database, *map(signal, names[start : start + 100]))
    for n, name in enumerate(names):
        small = opening(volume_lots="0.01")
        decide(database, name, *(issue(a, small) if n < m else decline(a) for a, m in CROWDS.items()))
    for account_id, number in CROWDS.items():
        made = [issued(database, name, account_id)[0] for name in names[:number]]
        for start in range(0, number, 100):
            few = made[start : start + 100]
            acknowledge(database, *(one.id for one in few), account_id=account_id)
            filled = (event(one.id, volume_lots="0.01") for one in few)
            report(database, *filled, account_id=account_id)
    yield database
    database.close()
    stack.drop_database("crowd")


@pytest.fixture
def crowd(_crowd: Database) -> Iterator[Database]:
    """Accounts that hold more positions of one strategy and symbol than one decision carries."""
    with _crowd.undone():
        yield _crowd


def closing_now(database: Database) -> dict[str, int]:
    """How many positions of each account are being closed, each once."""
    rows = database.rows(
        "select account_id, count(distinct target_directive_no) as number, count(*) as closes"
        " from ledger.trade_directives where action = 'close' group by account_id"
    )
    assert all(row["number"] == row["closes"] for row in rows)
    return {row["account_id"]: row["number"] for row in rows}


def test_a_close_closes_a_hundred_positions_a_run_until_none_is_left(crowd: Database) -> None:
    publish(crowd, ending())

    found = []
    while signal_status(crowd) == "pending":
        run(crowd)
        found.append(closing_now(crowd))

    assert found == [{"demo-1": 100, "demo-2": 100}, {"demo-1": 200, "demo-2": 101}, CROWDS]


def test_a_halt_closes_however_many_positions_there_are(crowd: Database) -> None:
    everything: dict[str, Any] = {"scope": "global", "value": None, "reason": "enough", "mode": "close_all"}
    halt = crowd.call("operator", "halt_trading", p_halt=everything)
    answer = {"accounts_decided": 1}
    while answer["accounts_decided"]:
        answer = crowd.call("operator", "close_halted", p_halt_no=halt["halt_no"])
    run(crowd)

    assert (closing_now(crowd), answer["positions_left"]) == (CROWDS, 0)
    assert crowd.value("select count(*) from ledger.signal_outbox where status = 'pending'") == 0


def test_a_reversal_of_more_than_one_decision_carries_closes_them_all_and_opens_nothing(
    crowd: Database,
) -> None:
    roomy = {"max_open_positions_account": 1000, "max_open_positions_symbol": 1000}
    changes = roomy | {"opposite_positions": "reverse"}
    crowd.call("operator", "change_account", p_account_id="demo-1", p_changes=changes)
    publish(crowd, signal("turn", side="sell", stop_loss="1.105", take_profit=None))

    run(crowd)

    query = "select reason from ledger.risk_decisions where signal_id = %s and account_id = 'demo-1'"
    assert crowd.value(query, uuid_of("turn")) == "opposite_position"
    assert closing_now(crowd) == {"demo-1": CROWDS["demo-1"]}
