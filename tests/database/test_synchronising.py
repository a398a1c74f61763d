"""Sync: what an officer says of its account is kept; where the ledger remembers otherwise is told."""

from typing import Any

import psycopg
import pytest

from functions.contract.scalars import timestamp_text
from functions.contract.sync import SyncAnswer
from tests.database.database import Database, Refused
from tests.database.story import (
    FIRST_EA,
    SECOND_EA,
    acknowledge,
    closing,
    directive,
    event,
    exposure,
    opened,
    opening,
    report,
    status,
)
from tests.support import documents
from tests.support.clock import T0, after


def sync(database: Database, *, at: Any = T0, account_id: str = "demo-1", **changes: Any) -> dict[str, Any]:
    request = documents.sync_request(FIRST_EA, **changes)
    answer: dict[str, Any] = database.call(
        "officer", "sync_account", account_id=account_id, at=at, p_request=request
    )
    return answer


def position(directive_no: int | None, volume_lots: str = "1", **changes: Any) -> dict[str, Any]:
    return {
        "position_id": "7001",
        "directive_no": directive_no,
        "symbol": "EURUSD",
        "side": "buy",
        "volume_lots": volume_lots,
        "open_price": "1.1",
        "stop_loss": None,
        "take_profit": None,
        "profit": "0",
        "swap": "0",
        "opened_at": timestamp_text(T0),
    } | changes


def order(directive_no: int | None) -> dict[str, Any]:
    return {
        "order_ticket": "9",
        "directive_no": directive_no,
        "symbol": "EURUSD",
        "side": "buy",
        "order_type": "limit",
        "volume_lots": "1",
        "price": "1.05",
        "placed_at": timestamp_text(T0),
    }


def found(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("kind", "directive_no", "position_id", "expected_volume_lots", "actual_volume_lots")
    return [tuple(d[name] for name in names) for d in answer["discrepancies"]]


def test_an_account_in_agreement_has_no_discrepancies(database: Database) -> None:
    made = opened(database)

    answer = sync(database, positions=[position(made.no), position(None, "3")])

    SyncAnswer.model_validate(answer)
    assert answer == {
        "server_time": "2026-01-05T12:00:00Z",
        "discrepancies": [],
        "directives": [{"directive_no": made.no, "directive_id": made.id, "status": "completed"}],
        "wanted_bars": [],
    }


def test_an_officer_is_told_which_of_its_own_bars_strategies_read_and_no_other_s(database: Database) -> None:
    for account_id in ("demo-1", "demo-2"):
        strategy = documents.strategy(f"own-{account_id}", bar_source=f"account:{account_id}")
        database.call("operator", "save_strategy", p_strategy=strategy)

    answer = sync(database)

    SyncAnswer.model_validate(answer)
    wanted = {"symbol": "EURUSD", "timeframe": "H1", "count": 281, "newest_opened_at": None}
    assert answer["wanted_bars"] == [wanted]


def test_an_officer_that_lost_its_files_is_told_whose_every_number_of_its_account_is(
    database: Database,
) -> None:
    foreign = opened(database, "foreign", account_id="demo-2")
    missing, held = opened(database, "missing"), opened(database, "held")
    placed = directive(database, "placed", opening(order_type="limit", price="1.05"))

    numbers = [held.no, held.no, foreign.no, 5_000_000]
    answer = sync(
        database, positions=[position(no) for no in numbers], orders=[order(placed.no), order(None)]
    )

    assert [(d["directive_no"], d["directive_id"], d["status"]) for d in answer["directives"]] == [
        (missing.no, missing.id, "completed"),
        (held.no, held.id, "completed"),
        (placed.no, placed.id, "pending"),
    ]


def test_each_kind_of_discrepancy_is_found(database: Database) -> None:
    differs, missing = opened(database, "differs"), opened(database, "missing")

    answer = sync(database, positions=[position(differs.no, "0.70"), position(5_000_000, position_id="8")])

    SyncAnswer.model_validate(answer)
    assert found(answer) == [
        ("volume_differs", differs.no, "7001", "1", "0.7"),
        ("position_missing", missing.no, "7001", "1", None),
        ("position_unknown", 5_000_000, "8", None, "1"),
    ]


def test_a_discrepancy_is_told_every_time_and_recorded_once(database: Database) -> None:
    made = opened(database)
    first = sync(database)
    contents, events = database.contents(), database.events()

    again = sync(database, at=after(seconds=1))

    assert again["discrepancies"] == first["discrepancies"]
    assert database.events() == events
    assert events[-1] == "discrepancy.position_missing"
    changed = {name for name, digest in database.contents().items() if digest != contents[name]}
    assert changed <= {"account_states"}
    other = sync(database, positions=[position(made.no, "0.5")])
    assert [d["kind"] for d in other["discrepancies"]] == ["volume_differs"]
    assert database.events()[-1] == "discrepancy.volume_differs"


def test_another_account_s_position_is_unknown_here(database: Database) -> None:
    foreign = opened(database, account_id="demo-2")

    assert [d["kind"] for d in sync(database, positions=[position(foreign.no)])["discrepancies"]] == [
        "position_unknown"
    ]


def test_several_positions_of_one_directive_count_together(database: Database) -> None:
    made = opened(database)

    parts = [position(made.no, "0.4"), position(made.no, "0.6", position_id="7002")]

    assert found(sync(database, positions=parts)) == []


def test_what_an_officer_is_working_on_is_no_discrepancy(database: Database) -> None:
    target = opened(database, "target")
    close, filling = directive(database, "close", closing(target.no)), directive(database, "filling")
    acknowledge(database, filling.id, close.id)

    assert found(sync(database, positions=[position(filling.no)])) == []


def test_a_placed_order_and_a_reservation_are_no_discrepancy(database: Database) -> None:
    placed = directive(database, "placed", opening(order_type="limit", price="1.05"))
    acknowledge(database, placed.id)
    report(database, event(placed.id, "order_placed"))
    directive(database, "reserved")

    assert found(sync(database, orders=[order(placed.no), order(None)])) == []


def test_a_stop_loss_that_was_missed_is_found_and_settled_by_its_report(database: Database) -> None:
    made = opened(database)
    assert found(sync(database)) == [("position_missing", made.no, "7001", "1", None)]

    report(database, event(made.id, "position_closed", reason="stop_loss"))

    assert found(sync(database)) == []


def test_balance_and_instruments_are_overwritten(database: Database) -> None:
    state = documents.account_state(equity="9000.50", trade_allowed=False)
    instruments = [documents.instrument(tick_value="0.95"), documents.instrument("USDJPY", digits=3)]

    sync(database, account=state, instruments=instruments, at=after(minutes=1))

    (row,) = database.rows("select * from ledger.account_states where account_id = 'demo-1'")
    assert (str(row["equity"]), row["trade_allowed"], row["reported_at"]) == (
        "9000.50",
        False,
        after(minutes=1),
    )
    rows = database.rows(
        "select symbol, digits, tick_value::text from ledger.instruments"
        " where account_id = 'demo-1' order by 1"
    )
    assert [tuple(row.values()) for row in rows] == [("EURUSD", 5, "0.95"), ("USDJPY", 3, "0.9")]


def test_a_sync_held_up_on_its_way_does_not_overwrite_a_newer_one(database: Database) -> None:
    new: dict[str, Any] = {
        "account": documents.account_state(equity="2"),
        "instruments": [documents.instrument(tick_value="2")],
    }
    old: dict[str, Any] = {
        "account": documents.account_state(equity="1"),
        "instruments": [documents.instrument(tick_value="1")],
    }

    sync(database, at=after(minutes=2), **new)
    sync(database, at=after(minutes=1), **old)

    query = "select {} from ledger.{} where account_id = 'demo-1'"
    assert database.value(query.format("equity", "account_states")) == 2
    assert database.value(query.format("tick_value", "instruments")) == 2


def test_equal_instruments_are_not_rewritten(database: Database) -> None:
    before = database.rows("select xmin, ctid from ledger.instruments")

    sync(database, at=after(minutes=1))

    assert database.rows("select xmin, ctid from ledger.instruments") == before


def test_a_reservation_that_expired_unasked_ends_with_the_next_sync(database: Database) -> None:
    kept = opened(database, "position")
    close, expired = directive(database, "close", closing(kept.no)), directive(database, "expired")
    sync(database, at=after(minutes=4))
    assert status(database, expired) == "pending"

    sync(database, at=after(minutes=5), positions=[position(kept.no)])

    assert (status(database, expired), exposure(database, expired)) == ("cancelled", None)
    assert status(database, close) == "pending"


@pytest.mark.parametrize(
    ("changes", "code", "status_code"),
    [({"hedging": False}, "hedging_required", 409), ({"currency": "USD"}, "account_mismatch", 403)],
)
def test_a_terminal_on_the_wrong_account_is_refused_and_leaves_nothing(
    database: Database, changes: dict[str, Any], code: str, status_code: int
) -> None:
    contents = database.contents()

    with pytest.raises(Refused) as refused:
        sync(database, account=documents.account_state(**changes), at=after(minutes=1))

    assert (refused.value.code, refused.value.status) == (code, status_code)
    assert database.contents() == contents


@pytest.mark.parametrize(
    "changes",
    [
        {"account": None},
        {"account": documents.account_state(equity=None)},
        {"account": documents.account_state(currency=None)},
        {"account": documents.account_state(hedging=None)},
        {"instruments": [documents.instrument(tick_size="0")]},
        {"instruments": [documents.instrument() | {"symbol": None}]},
    ],
)
def test_a_sync_that_no_officer_would_send_is_not_stored(database: Database, changes: dict[str, Any]) -> None:
    contents = database.contents()

    with pytest.raises((psycopg.Error, Refused)):
        sync(database, **({"at": after(minutes=1)} | changes))

    assert database.contents() == contents


def test_a_sync_counts_as_a_sign_of_life(database: Database) -> None:
    made = directive(database)
    acknowledge(database, made.id)
    sync(database, at=after(seconds=100))

    (result,) = acknowledge(database, made.id, instance_id=SECOND_EA, at=after(seconds=130))

    assert result["code"] == "directive_taken"
