"""The director's doors: what a decision depends on, and the one transaction that commits it."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from functions.contract.scalars import timestamp_text
from tests.database.chain import netstrings
from tests.database.database import Database, Refused
from tests.database.story import (
    ROOMY,
    acknowledge,
    change,
    closing,
    decide,
    decline,
    directive,
    exposure,
    halt,
    issue,
    issued,
    opened,
    opening,
    publish,
    signal,
    status,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import T0, after


def pending(database: Database, **changes: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = database.call(
        "director", "pending_signals", **({"p_max_signals": 10} | changes)
    )["signals"]
    return found


def test_pending_signals_come_in_pages_of_signals_and_of_their_accounts(database: Database) -> None:
    publish(database, signal("later", created_at=timestamp_text(after(seconds=1))), signal("first"))
    found, behind = [], None
    for _ in range(9):
        page = database.call(
            "director", "pending_signals", p_max_signals=1, p_max_accounts=1, p_after=behind and Jsonb(behind)
        )
        [waiting] = page["signals"] or [None]
        if waiting:
            accounts = [account["account_id"] for account in waiting["accounts"]]
            found.append((waiting["signal"]["signal_id"], accounts))
        if (behind := page["next"]) is None:
            break

    first, later = uuid_of("first"), uuid_of("later")
    assert [one for one in found if one[1]] == [
        (first, ["demo-1"]),
        (first, ["demo-2"]),
        (later, ["demo-1"]),
        (later, ["demo-2"]),
    ]
    assert behind is None


def test_an_open_that_has_expired_waits_for_no_close_of_its_bar(database: Database) -> None:
    in_flight = directive(database, "taken", created_at=timestamp_text(after(hours=-1)))
    acknowledge(database, in_flight.id)
    closing_signal = {"side": None, "entry_price": None, "stop_loss": None, "take_profit": None}
    publish(database, signal("close", action="close", **closing_signal), signal("open"))

    def asked(at: datetime) -> list[str]:
        found = pending(database, at=at)
        return [one["account_id"] for one in found[-1]["accounts"] if found[-1]["signal"]["action"] == "open"]

    assert asked(T0) == []
    assert asked(after(hours=30)) == ["demo-1", "demo-2"]


def test_a_pending_signal_comes_with_all_that_a_decision_depends_on(database: Database) -> None:
    position = opened(database, "earlier")
    waiting = directive(database, "reserved", opening(side="sell", volume_lots="0.50"), side="sell")
    directive(database, "close", closing(position.no))
    halt(database, "symbol", "EURUSD")
    publish(database, signal())

    (first, second) = pending(database)[0]["accounts"]

    account = documents.account("demo-1", **ROOMY)
    assert first == {
        "account_id": "demo-1",
        "enabled": True,
        "subscription": {"risk_multiplier": "1"},
        "limits": {
            name: account[name]
            for name in (
                "risk_per_trade",
                "min_strength",
                "max_signal_age_seconds",
                "max_open_positions_account",
                "max_open_positions_symbol",
                "volume_max_lots",
                "directive_ttl_seconds",
                "max_slippage_points",
                "max_state_age_seconds",
            )
        },
        "state": documents.account_state() | {"reported_at": timestamp_text(T0)},
        "instrument": documents.instrument(),
        "halted": {"scope": "symbol", "value": "EURUSD", "reason": "a test says so"},
        "open_positions_account": 2,
        "open_positions_symbol": 2,
        "exposures": [
            _exposure(position.no, "buy", "1", "open", after(seconds=-1)) | {"closing": True},
            _exposure(waiting.no, "sell", "0.5", "reserved") | {"closing": False},
        ],
    }
    assert (second["account_id"], second["exposures"]) == ("demo-2", [])


def _exposure(
    directive_no: int, side: str, volume_lots: str, state: str, created_at: datetime = T0
) -> dict[str, Any]:
    return {
        "directive_no": directive_no,
        "strategy_id": "cross-h1",
        "symbol": "EURUSD",
        "side": side,
        "created_at": timestamp_text(created_at),
        "volume_lots": volume_lots,
        "stop_loss": None,
        "take_profit": None,
        "state": state,
    }


def test_an_account_that_never_synchronised_has_neither_state_nor_instrument(database: Database) -> None:
    database.call("operator", "open_account", p_account=documents.account("silent"))
    database.call("operator", "subscribe", p_subscription=documents.subscription("silent"))
    publish(database, signal())

    contexts = {context["account_id"]: context for context in pending(database)[0]["accounts"]}
    assert (contexts["silent"]["state"], contexts["silent"]["instrument"]) == (None, None)


def test_pending_signals_come_oldest_first_and_no_more_than_asked(database: Database) -> None:
    for name, hours in (("new", 0), ("old", -2), ("middle", -1)):
        publish(database, signal(name, created_at=timestamp_text(after(hours=hours))))

    found = [waiting["signal"]["signal_id"] for waiting in pending(database, p_max_signals=2)]

    assert found == [uuid_of("old"), uuid_of("middle")]


FIRST_ID, LAST_ID = "00000000-0000-5000-8000-000000000001", "ffffffff-0000-5000-8000-000000000001"


@pytest.mark.parametrize(("closes", "opens"), [(FIRST_ID, LAST_ID), (LAST_ID, FIRST_ID)])
def test_who_holds_what_a_bar_closes_is_asked_about_what_it_opens_only_then(
    database: Database, closes: str, opens: str
) -> None:
    held = opened(database, "held")
    publish(database, signal("opens", signal_id=opens), signal("closes", action="close", signal_id=closes))

    waiting = pending(database)
    close = issue("demo-1", closing(held.no))
    database.call("director", "decide_signal", p_signal_id=closes, p_decisions=[close])

    asked = [(each["signal"]["action"], [a["account_id"] for a in each["accounts"]]) for each in waiting]
    assert asked == [("close", ["demo-1", "demo-2"]), ("open", [])]
    # The other account has not answered yet; this one has, and sees its position leave.
    (account,) = next(each["accounts"] for each in pending(database) if each["signal"]["action"] == "open")
    assert (account["account_id"], account["exposures"][0]["closing"]) == ("demo-1", True)


def test_signals_of_one_bar_come_by_strategy_and_closes_before_modifies_before_opens(
    database: Database,
) -> None:
    database.call("operator", "save_strategy", p_strategy=documents.strategy("another"))
    of_another = {"strategy_id": "another"}
    publish(
        database,
        *(signal(f"{action} 1", action=action) for action in ("open", "modify", "close")),
        *(signal(f"{action} 2", action=action, **of_another) for action in ("modify", "open", "close")),
        signal("older", created_at=timestamp_text(after(hours=-1))),
    )

    found = [(each["signal"]["strategy_id"], each["signal"]["action"]) for each in pending(database)]

    in_turn = ("close", "modify", "open")
    assert found == [
        ("cross-h1", "open"),
        *(("another", action) for action in in_turn),
        *(("cross-h1", action) for action in in_turn),
    ]


def test_only_enabled_subscriptions_are_decided(database: Database) -> None:
    database.call("operator", "subscribe", p_subscription=documents.subscription("demo-2", enabled=False))
    publish(database, signal())

    assert [account["account_id"] for account in pending(database)[0]["accounts"]] == ["demo-1"]
    assert decide(database, "signal", issue("demo-1"))["status"] == "processed"


def test_a_signal_that_nobody_follows_is_settled_without_decisions(database: Database) -> None:
    database.call("operator", "save_strategy", p_strategy=documents.strategy("lonely"))
    publish(database, signal(strategy_id="lonely"))

    assert pending(database)[0]["accounts"] == []
    answer = decide(database, "signal")
    assert (answer["status"], answer["decisions"]) == ("processed", [])


def test_decisions_are_committed_with_their_directives(database: Database) -> None:
    publish(database, signal())
    answer = decide(database, "signal", issue("demo-1"), decline("demo-2"))

    assert answer == {
        "at": "2026-01-05T12:00:00Z",
        "signal_id": uuid_of("signal"),
        "status": "processed",
        "issued": 1,
        "declined": 1,
        "decisions": [
            {"account_id": "demo-1", "outcome": "issued", "reason": "issued"},
            {"account_id": "demo-2", "outcome": "declined", "reason": "signal_too_weak"},
        ],
    }
    assert pending(database) == []
    assert exposure(database, issued(database, "signal")[0]) == ("1", "0", "0")
    assert database.events()[-5:] == [
        "signal.published",
        "decision.issued",
        "directive.issued",
        "decision.declined",
        "signal.processed",
    ]


def test_the_first_decision_stands_when_it_is_sent_again_or_otherwise(database: Database) -> None:
    publish(database, signal())
    first = decide(database, "signal", issue("demo-1"), decline("demo-2"))
    contents = database.contents()

    assert decide(database, "signal", issue("demo-1"), decline("demo-2"), at=T0) == first
    other = decide(database, "signal", decline("demo-1"), issue("demo-2"))
    assert other["decisions"] == first["decisions"]
    assert database.contents() == contents


def test_a_signal_stays_pending_until_its_last_account_is_decided(database: Database) -> None:
    publish(database, signal())

    assert decide(database, "signal", issue("demo-1"))["status"] == "pending"
    (waiting,) = pending(database)
    assert [account["account_id"] for account in waiting["accounts"]] == ["demo-2"]
    last = decide(database, "signal", decline("demo-1"), decline("demo-2"))
    assert (last["status"], last["issued"], last["declined"]) == ("processed", 1, 1)


def test_a_close_never_expires_and_a_full_account_may_close(database: Database) -> None:
    position = opened(database, "earlier")
    change(database, max_open_positions_account=0, enabled=False)

    close = directive(database, "close", closing(position.no), at=after(hours=2))

    row = database.rows("select * from ledger.trade_directives where directive_no = %s", close.no)[0]
    assert (row["target_directive_no"], row["expires_at"]) == (position.no, None)
    assert exposure(database, close) is None


def test_one_signal_may_close_several_positions_and_each_once(database: Database) -> None:
    one, two = opened(database, "one"), opened(database, "two")
    publish(database, signal("close", action="close"))

    with pytest.raises(Refused, match="decision_invalid"):
        decide(database, "close", issue("demo-1", closing(one.no), closing(two.no), closing(one.no)))
    decide(database, "close", issue("demo-1", closing(one.no), closing(two.no)), decline("demo-2"))

    assert len(issued(database, "close")) == 2


@pytest.mark.parametrize("side", ["buy", None])
def test_a_close_withdraws_the_opens_that_no_officer_has_taken_yet(
    database: Database, side: str | None
) -> None:
    position, waiting = opened(database, "open"), directive(database, "waiting")
    sell = directive(database, "sell", opening(side="sell"), side="sell")
    other = directive(database, "other", symbol="USDJPY")

    since = timestamp_text(after(seconds=1))
    directive(database, "close", closing(position.no), side=side, created_at=since)

    assert status(database, position) == "completed"
    assert (status(database, waiting), exposure(database, waiting)) == ("cancelled", None)
    assert status(database, sell) == ("pending" if side else "cancelled")
    assert status(database, other) == "pending"


def test_a_close_may_only_target_a_position_of_its_account_and_symbol(database: Database) -> None:
    foreign = opened(database, "foreign", account_id="demo-2")
    own = opened(database, "own")
    names = ("another symbol", "another account", "nothing", "no position")
    symbols = ("USDJPY", "EURUSD", "EURUSD", "EURUSD")
    for name, symbol in zip(names, symbols, strict=True):
        publish(database, signal(name, action="close", symbol=symbol))
    with pytest.raises(Refused, match="decision_invalid"):
        decide(database, "another symbol", issue("demo-1", closing(own.no)))

    publish(database, signal("close", action="close"))
    decide(database, "close", issue("demo-1", closing(own.no)), decline("demo-2"))
    (close,) = issued(database, "close")
    for name, target in zip(names[1:], (foreign.no, 999, close.no), strict=True):
        with pytest.raises(Refused, match="decision_invalid"):
            decide(database, name, issue("demo-1", closing(target)))


def test_a_directive_id_follows_from_the_story_so_it_is_the_same_in_another_ledger(
    database: Database,
) -> None:
    made = directive(database)

    story = [uuid_of("signal"), "EURUSD", T0, "demo-1", None]
    digest = hashlib.sha256(netstrings(story)).digest()
    # RFC 9562, version 8: 128 bits of our own making, but for the version and the variant.
    assert UUID(made.id).version == 8
    kept = ~(0xF << 76 | 0x3 << 62)
    assert UUID(made.id).int & kept == int.from_bytes(digest[:16], "big") & kept


def test_a_reservation_ends_when_nobody_acknowledged_it_in_time(database: Database) -> None:
    directive(database, "missed")
    change(database, max_open_positions_account=1)
    tomorrow = after(days=1)
    publish(
        database,
        signal(created_at=timestamp_text(tomorrow), expires_at=timestamp_text(after(days=1, hours=1))),
        at=tomorrow,
    )
    # An account that trades has synchronised within the last minutes.
    request = documents.sync_request(uuid_of("first instance"))
    database.call("officer", "sync_account", account_id="demo-1", at=tomorrow, p_request=request)

    proposed = opening(expires_at=timestamp_text(after(days=1, minutes=5)))
    answer = decide(database, "signal", issue("demo-1", proposed), decline("demo-2"), at=tomorrow)

    assert answer["issued"] == 1, answer
