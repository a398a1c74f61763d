"""What no director should decide is refused, and what has changed since it looked is declined."""

from typing import Any

import psycopg
import pytest

from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Refused
from tests.database.story import (
    change,
    closing,
    decide,
    decline,
    halt,
    issue,
    issued,
    modifying,
    opened,
    opening,
    publish,
    signal,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import after


def test_an_unknown_signal_is_refused(database: Database) -> None:
    with pytest.raises(Refused) as refused:
        decide(database, "nobody published this", decline())

    assert (refused.value.code, refused.value.status) == ("signal_unknown", 404)


IMPOSSIBLE: dict[str, list[dict[str, Any]]] = {
    "of an account that does not follow": [issue("nobody")],
    "twice for one account": [issue("demo-1"), decline("demo-1")],
    "issued with no directive": [issue("demo-1") | {"directives": []}],
    "issued without directives": [{k: v for k, v in issue("demo-1").items() if k != "directives"}],
    "declined with a directive": [issue("demo-1") | {"outcome": "declined", "reason": "halted"}],
    "of no outcome": [issue("demo-1") | {"outcome": None}],
    "of an unknown outcome": [issue("demo-1") | {"outcome": "perhaps"}],
    "of no account": [issue("demo-1") | {"account_id": None}],
    "issued for another reason": [issue("demo-1") | {"reason": "because"}],
    "declined because it was issued": [decline("demo-1", "issued")],
    "of too many lots": [issue("demo-1", opening(volume_lots="10.01"))],
    "of no number of lots": [issue("demo-1", opening(volume_lots="NaN"))],
    "of the other side": [issue("demo-1", opening(side="sell"))],
    "of two opens": [issue("demo-1", opening(), opening())],
    "of no volume": [issue("demo-1", opening(volume_lots=None))],
    "without expiry": [issue("demo-1", opening(expires_at=None))],
    "with a price at the market": [issue("demo-1", opening(price="1.1"))],
    "that closes on an open": [issue("demo-1", closing(1))],
    "that modifies on an open": [issue("demo-1", modifying(1))],
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_decision_that_no_director_should_have_made_writes_nothing(database: Database, name: str) -> None:
    publish(database, signal(name))
    contents = database.contents()

    with pytest.raises(Refused) as refused:
        decide(database, name, *IMPOSSIBLE[name])

    assert (refused.value.code, refused.value.status) == ("decision_invalid", 422)
    assert database.contents() == contents


@pytest.mark.parametrize("of", ["another strategy", "the other side", "a younger story"])
@pytest.mark.parametrize("action", ["close", "modify"])
def test_a_close_or_modify_of_what_the_signal_does_not_mean_writes_nothing(
    database: Database, action: str, of: str
) -> None:
    database.call("operator", "save_strategy", p_strategy=documents.strategy("other"))
    for account_id in ("demo-1", "demo-2"):
        database.call("operator", "subscribe", p_subscription=documents.subscription(account_id, "other"))
    position = opened(database, "held", strategy_id="other" if of == "another strategy" else "cross-h1")
    side = "sell" if of == "the other side" else "buy"
    before = timestamp_text(after(hours=-1)) if of == "a younger story" else None
    publish(database, signal("asked", action=action, side=side, opened_before=before))
    act = closing if action == "close" else modifying
    levels = {"stop_loss": "1.099" if side == "buy" else "1.09"} if action == "modify" else {}
    contents = database.contents()

    with pytest.raises(Refused, match="decision_invalid"):
        decide(database, "asked", issue("demo-1", act(position.no, side=side, **levels)), decline("demo-2"))

    assert database.contents() == contents


@pytest.mark.parametrize("decisions", [{}, "decisions", [1], [[]], [issue() | {"directives": None}]])
def test_decisions_that_are_no_decisions_write_nothing(database: Database, decisions: Any) -> None:
    publish(database, signal())
    contents = database.contents()

    with pytest.raises((Refused, psycopg.Error)):
        database.call("director", "decide_signal", p_signal_id=uuid_of("signal"), p_decisions=decisions)

    assert database.contents() == contents


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"max_open_positions_account": 1}, "max_open_positions_account"),
        ({"max_open_positions_symbol": 1}, "max_open_positions_symbol"),
        ({"enabled": False}, "account_disabled"),
    ],
)
def test_what_changed_since_the_director_looked_declines_the_open(
    database: Database, limit: dict[str, Any], reason: str
) -> None:
    opened(database, "earlier")
    publish(database, signal())
    change(database, **limit)

    answer = decide(database, "signal", issue("demo-1"), decline("demo-2"))

    assert answer["decisions"][0] == {"account_id": "demo-1", "outcome": "declined", "reason": reason}
    assert issued(database, "signal") == []
    (row,) = database.rows("select * from ledger.risk_decisions where reason = %s", reason)
    assert (row["rechecked"], row["numbers"]["rechecked_open_positions_account"]) == (True, 1)


def test_a_subscription_that_ended_since_the_director_looked_declines_the_open(database: Database) -> None:
    publish(database, signal())
    database.call("operator", "subscribe", p_subscription=documents.subscription(enabled=False))

    decide(database, "signal", issue("demo-1"), decline("demo-2"))

    assert issued(database, "signal") == []


def test_a_signal_that_expired_since_the_director_looked_is_declined(database: Database) -> None:
    publish(database, signal())

    answer = decide(database, "signal", issue("demo-1"), decline("demo-2"), at=after(hours=1))

    assert answer["decisions"][0]["reason"] == "signal_expired"


@pytest.mark.parametrize(
    ("scope", "value"),
    [("global", None), ("account", "demo-1"), ("symbol", "EURUSD"), ("strategy", "cross-h1")],
)
def test_a_halt_declines_opens_and_lets_closes_and_modifies_pass(
    database: Database, scope: str, value: str | None
) -> None:
    position = opened(database, "earlier")
    halt(database, scope, value)
    publish(database, signal(), signal("close", action="close"), signal("modify", action="modify"))

    opens = decide(database, "signal", issue("demo-1"), decline("demo-2"))
    closes = decide(database, "close", issue("demo-1", closing(position.no)), decline("demo-2"))
    modifies = decide(database, "modify", issue("demo-1", modifying(position.no)), decline("demo-2"))

    assert [answer["issued"] for answer in (opens, closes, modifies)] == [0, 1, 1]
    assert opens["decisions"][0]["reason"] == "trading_halted"


@pytest.mark.parametrize(
    ("scope", "value"), [("account", "demo-2"), ("symbol", "USDJPY"), ("strategy", "other")]
)
def test_a_halt_of_something_else_stops_nothing(database: Database, scope: str, value: str) -> None:
    other = documents.strategy("other", symbols=["USDJPY"])
    database.call("operator", "save_strategy", p_strategy=other)
    halt(database, scope, value)
    publish(database, signal())

    assert decide(database, "signal", issue("demo-1"), decline("demo-2"))["issued"] == 1
