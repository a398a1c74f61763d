"""Bars: stored once, never changed, read by the generator up to the present and no further."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Refused
from tests.support import documents
from tests.support.clock import T0, after


def bar(hours_ago: int = 1, **changes: Any) -> dict[str, Any]:
    """An H1 bar of EURUSD that opened so many hours before T0."""
    return {
        "symbol": "EURUSD",
        "timeframe": "H1",
        "opened_at": timestamp_text(T0 - timedelta(hours=hours_ago)),
        "open": "1.1",
        "high": "1.102",
        "low": "1.099",
        "close": "1.101",
        "tick_volume": 900,
        "spread_points": 3,
    } | changes


def store(database: Database, *bars: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = database.call("feed", "store_bars", p_bars=list(bars))
    return answer


def test_bars_are_stored_and_sent_again_they_are_duplicates(database: Database) -> None:
    first = store(database, bar(1), bar(2))
    contents = database.contents()
    again = store(database, bar(1, open="1.10"), bar(2), bar(3))

    assert first == {"server_time": "2026-01-05T12:00:00Z", "recorded": 2, "duplicates": 0, "conflicts": []}
    assert (again["recorded"], again["duplicates"], again["conflicts"]) == (1, 2, [])
    assert {t for t, digest in database.contents().items() if digest != contents[t]} == {"bars"}


def test_a_bar_with_other_prices_is_a_conflict_and_stays_as_it_was(database: Database) -> None:
    store(database, bar(1))
    answer = store(database, bar(1, close="1.1005"), bar(2))

    assert (answer["recorded"], answer["duplicates"]) == (1, 0)
    assert answer["conflicts"] == [
        {"symbol": "EURUSD", "timeframe": "H1", "opened_at": "2026-01-05T11:00:00Z"}
    ]
    assert str(database.value("select close from ledger.bars order by opened_at desc limit 1")) == "1.101"


def test_a_bar_that_contradicts_another_of_its_own_request_is_a_conflict(database: Database) -> None:
    answer = store(database, bar(1), bar(1, close="1.1005"))

    assert (answer["recorded"], answer["duplicates"], len(answer["conflicts"])) == (1, 0, 1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (bar(1, high="1.0995"), "bar_inconsistent"),
        (bar(1, low="1.1005"), "bar_inconsistent"),
        (bar(1, high="1", low="1.2"), "bar_inconsistent"),
        (bar(0), "bar_not_closed"),
        (bar(1, timeframe="H4"), "bar_not_closed"),
        (bar(-9), "bar_not_closed"),
    ],
)
def test_one_impossible_bar_refuses_the_request(database: Database, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        store(database, bar(2), wrong)

    assert (refused.value.code, refused.value.status) == (code, 422)
    assert database.value("select count(*) from ledger.bars") == 0


@pytest.mark.parametrize(
    "changes", [{"open": "0"}, {"symbol": None}, {"timeframe": "M2"}, {"tick_volume": -1}, {"low": "-1"}]
)
def test_a_bar_that_is_no_bar_is_not_stored(database: Database, changes: dict[str, Any]) -> None:
    with pytest.raises((psycopg.Error, Refused)):
        store(database, bar(1, **changes))

    assert database.value("select count(*) from ledger.bars") == 0


def test_a_bar_is_closed_from_the_moment_it_ends(database: Database) -> None:
    assert store(database, bar(1))["recorded"] == 1


def test_an_officer_stores_its_own_account_s_bars_and_only_sees_those(database: Database) -> None:
    store(database, bar(1))
    for account_id in ("demo-1", "demo-2"):
        answer = database.call(
            "officer", "store_bars", account_id=account_id, p_bars=[bar(1, close="1.1003")]
        )
        assert (answer["recorded"], answer["conflicts"]) == (1, [])

    sources = database.rows("select source from ledger.bars order by source")
    assert [row["source"] for row in sources] == ["account:demo-1", "account:demo-2", "feed"]


def test_the_generator_reads_closed_bars_oldest_first(database: Database) -> None:
    store(database, *(bar(hours) for hours in range(1, 6)))
    database.call("operator", "save_strategy", p_strategy=documents.strategy(warm_up_bars=3))

    answer = database.call("generator", "generator_inputs")
    (inputs,) = answer["strategies"]

    assert answer["at"] == "2026-01-05T12:00:00Z"
    assert {name: inputs[name] for name in ("strategy_id", "kind", "symbol", "timeframe", "parameters")} == {
        "strategy_id": "cross-h1",
        "kind": documents.strategy()["kind"],
        "symbol": "EURUSD",
        "timeframe": "H1",
        "parameters": documents.strategy()["parameters"],
    }
    assert inputs["bars"] == [bar(3), bar(2), bar(1)]


def test_the_generator_never_sees_a_bar_that_is_still_open(database: Database) -> None:
    store(database, *(bar(hours) for hours in range(1, 4)))

    answer = database.call("generator", "generator_inputs", at=after(hours=-1, seconds=-1))

    assert answer["strategies"][0]["bars"] == [bar(3)]


def test_the_generator_reads_the_source_of_each_strategy_and_no_disabled_one(database: Database) -> None:
    store(database, bar(1))
    sources: dict[str, dict[str, Any]] = {
        "own": {"bar_source": "account:demo-1"},
        "off": {"enabled": False},
        "two": {"symbols": ["EURUSD", "USDJPY"]},
    }
    for name, changes in sources.items():
        database.call("operator", "save_strategy", p_strategy=documents.strategy(name, **changes))

    everything = database.call("generator", "generator_inputs")["strategies"]
    named = database.call("generator", "generator_inputs", p_strategy_ids=["own", "off"])["strategies"]

    assert [(s["strategy_id"], s["symbol"], len(s["bars"])) for s in everything] == [
        ("cross-h1", "EURUSD", 1),
        ("own", "EURUSD", 0),
        ("two", "EURUSD", 1),
        ("two", "USDJPY", 0),
    ]
    assert [s["strategy_id"] for s in named] == ["own"]
    assert database.call("generator", "generator_inputs", p_strategy_ids=[])["strategies"] == []
