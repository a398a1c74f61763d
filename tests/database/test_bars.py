"""Bars: every version stored once, never changed, the newest read by the generator up to the present."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from functions.contract.bar import WantedBars
from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Refused, refusals
from tests.database.story import opened
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


def restated(version: int, opened_at: str = "2026-01-05T11:00:00Z") -> dict[str, Any]:
    """How an answer names a version of a bar."""
    return {"symbol": "EURUSD", "timeframe": "H1", "opened_at": opened_at, "version": version}


def versions(database: Database) -> list[tuple[int, str]]:
    """Number and close of every version of the bar of 11:00, in order."""
    rows = database.rows(
        "select version, close from ledger.bars where opened_at = '2026-01-05T11:00Z' order by version"
    )
    return [(row["version"], str(row["close"])) for row in rows]


def read(database: Database, **time: Any) -> list[str]:
    """The closes that the generator reads, oldest first."""
    (inputs,) = database.call("generator", "generator_inputs", **time)["strategies"]
    return [bar["close"] for bar in inputs["bars"]]


def test_bars_are_stored_and_sent_again_they_are_duplicates(database: Database) -> None:
    first = store(database, bar(1), bar(2))
    contents = database.contents()
    again = store(database, bar(1, open="1.10"), bar(2), bar(3))

    assert first == {"server_time": "2026-01-05T12:00:00Z", "recorded": 2, "duplicates": 0, "restated": []}
    assert (again["recorded"], again["duplicates"], again["restated"]) == (1, 2, [])
    assert {t for t, digest in database.contents().items() if digest != contents[t]} == {"bars"}


def test_a_bar_with_other_prices_is_its_next_version_and_the_first_stays(database: Database) -> None:
    store(database, bar(1))
    answer = store(database, bar(1, close="1.1005"), bar(2))

    assert (answer["recorded"], answer["duplicates"]) == (1, 0)
    assert answer["restated"] == [restated(2)]
    assert versions(database) == [(1, "1.101"), (2, "1.1005")]


@pytest.mark.parametrize(
    "changes",
    [
        {"open": "1.1001"},
        {"high": "1.1021"},
        {"low": "1.0989"},
        {"close": "1.1011"},
        {"tick_volume": 901},
        {"spread_points": 4},
    ],
)
def test_each_number_of_a_bar_that_differs_makes_a_version(
    database: Database, changes: dict[str, Any]
) -> None:
    store(database, bar(1))

    assert store(database, bar(1, **changes))["restated"] == [restated(2)]
    assert store(database, bar(1, **changes))["duplicates"] == 1


def test_a_restatement_has_the_time_it_came(database: Database) -> None:
    store(database, bar(1))
    database.call("feed", "store_bars", at=after(hours=5), p_bars=[bar(1, close="1.1005")])

    rows = database.rows("select recorded_at from ledger.bars order by version")
    assert [row["recorded_at"] for row in rows] == [T0, after(hours=5)]


def test_a_bar_restated_twice_has_three_versions_and_the_generator_reads_the_last(database: Database) -> None:
    store(database, bar(2), bar(1))
    assert store(database, bar(1, close="1.1005"))["restated"] == [restated(2)]
    assert store(database, bar(1, close="1.1009"))["restated"] == [restated(3)]

    assert versions(database) == [(1, "1.101"), (2, "1.1005"), (3, "1.1009")]
    assert read(database) == ["1.101", "1.1009"]


def test_the_old_numbers_that_come_again_late_do_not_take_back_what_replaced_them(database: Database) -> None:
    store(database, bar(1))
    store(database, bar(1, close="1.1005"))
    late = store(database, bar(1))

    assert (late["recorded"], late["duplicates"], late["restated"]) == (0, 1, [])
    assert read(database) == ["1.1005"]


def test_versions_take_no_place_in_the_window_of_a_strategy(database: Database) -> None:
    store(database, *(bar(hours) for hours in range(1, 6)))
    for close in ("1.1001", "1.1002", "1.1003"):
        store(database, bar(1, close=close), bar(2, close=close))
    database.call("operator", "save_strategy", p_strategy=documents.strategy(warm_up_bars=3))

    assert read(database) == ["1.101", "1.1003", "1.1003"]


def test_a_bar_that_contradicts_another_of_its_own_request_is_its_next_version(database: Database) -> None:
    answer = store(database, bar(1), bar(1, close="1.1005"), bar(1, close="1.10050"), bar(1))

    assert (answer["recorded"], answer["duplicates"], answer["restated"]) == (1, 2, [restated(2)])
    assert versions(database) == [(1, "1.101"), (2, "1.1005")]


def test_an_officer_cannot_restate_the_feed_s_bars(database: Database) -> None:
    store(database, bar(1))
    answer = database.call(
        "officer", "store_bars", account_id="demo-1", p_bars=[bar(1, close="1.2", high="1.2")]
    )

    assert (answer["recorded"], answer["restated"]) == (1, [])
    assert read(database) == ["1.101"]
    with (
        database.acting_as("officer", "demo-1") as officer,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        officer.execute(
            "insert into ledger.bars select (b).* from ("
            'select jsonb_populate_record(b, \'{"source": "feed", "version": 2}\') as b from ledger.bars b) b'
        )


def test_a_source_that_never_says_the_same_twice_is_stopped(database: Database) -> None:
    for first in (0, 500):
        store(database, *(bar(1, tick_volume=n) for n in range(first, first + 500)))
    assert database.value("select max(version) from ledger.bars") == 1000

    with pytest.raises(Refused) as refused:
        store(database, bar(2), bar(1, tick_volume=1000))

    assert (refused.value.code, refused.value.status) == ("bar_restated_too_often", 409)
    assert database.value("select count(*) from ledger.bars") == 1000


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
        assert (answer["recorded"], answer["restated"]) == (1, [])

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


def wanted(database: Database, source: str, role: str = "operator") -> list[tuple[Any, ...]]:
    """Symbol, timeframe, count and newest of what is wanted of a source."""
    answer = database.call(role, "wanted_bars", p_source=source)
    assert answer["at"] == "2026-01-05T12:00:00Z"
    found = [WantedBars.model_validate(item) for item in answer["wanted_bars"]]
    return [(item.symbol, item.timeframe, item.count, item.newest_opened_at) for item in found]


def test_what_strategies_read_is_wanted_once_per_symbol_and_timeframe_and_as_far_as_any_reads(
    database: Database,
) -> None:
    saved: dict[str, dict[str, Any]] = {
        "long": {"warm_up_bars": 700, "symbols": ["USDJPY", "EURUSD"]},
        "short": {"warm_up_bars": 20, "timeframe": "M5"},
        "own": {"bar_source": "account:demo-1", "warm_up_bars": 9},
        "off": {"enabled": False, "warm_up_bars": 5000},
    }
    for name, changes in saved.items():
        database.call("operator", "save_strategy", p_strategy=documents.strategy(name, **changes))
    store(database, bar(3), bar(2), bar(2, close="1.1005"))

    answer = database.call("feed", "wanted_bars")
    assert answer["wanted_bars"] == [
        {"symbol": "EURUSD", "timeframe": "H1", "count": 700, "newest_opened_at": "2026-01-05T10:00:00Z"},
        {"symbol": "EURUSD", "timeframe": "M5", "count": 20, "newest_opened_at": None},
        {"symbol": "USDJPY", "timeframe": "H1", "count": 700, "newest_opened_at": None},
    ]
    assert wanted(database, "account:demo-1") == [("EURUSD", "H1", 9, None)]
    assert wanted(database, "account:demo-2") == []


def test_a_disabled_strategy_is_evaluated_on_what_is_still_held_of_it(database: Database) -> None:
    opened(database)
    off = documents.strategy(enabled=False, symbols=["EURUSD", "USDJPY"])
    database.call("operator", "save_strategy", p_strategy=off)

    told = database.call("generator", "generator_inputs")["strategies"]

    assert [(one["symbol"], one["enabled"]) for one in told] == [("EURUSD", False)]
    assert [symbol for symbol, *_ in wanted(database, "feed")] == ["EURUSD"]


def test_a_feed_is_told_nothing_of_other_sources(database: Database) -> None:
    with pytest.raises(Refused) as refused:
        wanted(database, "account:demo-1", role="feed")

    assert (refused.value.code, refused.value.status) == ("permission_denied", 403)


def test_an_officer_is_told_nothing_of_other_sources(database: Database) -> None:
    with database.acting_as("officer", "demo-1") as officer:
        officer.execute("select ledger.wanted_bars('account:demo-1')")
        for other in ("feed", "account:demo-2", None):
            with pytest.raises(Refused, match="permission_denied"), officer.transaction(), refusals():
                officer.execute("select ledger.wanted_bars(%s)", (other,))
