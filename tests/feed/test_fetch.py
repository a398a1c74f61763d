"""POST /fetch over the real ledger, from a provider on a real socket."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.feed.exchange import Exchange, error
from tests.feed.served import send, served
from tests.support.clock import T0
from tests.support.project import Project

HOUR = timedelta(hours=1)
KEY = "s3cret-key-of-the-provider"


def hours(count: int, last: datetime = T0) -> list[datetime]:
    return [last - HOUR * back for back in reversed(range(count))]


@contextmanager
def provided(
    monkeypatch: pytest.MonkeyPatch, exchange: Exchange, provider: str = "twelve_data", **settings: str
) -> Iterator[None]:
    """The functions of this process fetch from `exchange`."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, *exchange.reply(handler.path, handler.headers["Authorization"]))

    with served(answer) as url, monkeypatch.context() as patch:
        patch.setenv("DISTORT_FEED_PROVIDER", provider)
        patch.setenv("DISTORT_FEED_URL", url)
        patch.setenv(f"DISTORT_FEED_{provider.upper()}_API_KEY", KEY)
        for name, value in ({"budget_seconds": "20"} | settings).items():
            patch.setenv(f"DISTORT_FEED_{name.upper()}", value)
        yield


class Desk:
    """A project whose strategies read the feed."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.key = project.issue_key("feed")

    def fetch(self, at: datetime = T0, *, whole_window: bool = False) -> list[dict[str, Any]]:
        reply = self.project.send("/fetch", {"whole_window": whole_window}, key=self.key, at=at)
        assert reply.status == 200, reply.text
        assert KEY not in reply.text
        fetched: list[dict[str, Any]] = reply.document["fetched"]
        return fetched

    def stored(self, symbol: str = "EURUSD") -> list[datetime]:
        """The openings stored, every version of each."""
        rows = self.project.rows(
            "select opened_at from ledger.bars where source = 'feed' and symbol = %s order by 1", symbol
        )
        return [row["opened_at"] for row in rows]


@pytest.fixture
def desk(project: Project) -> Desk:
    project.save_strategy("one", warm_up_bars=30)
    return Desk(project)


def outcome(fetched: Sequence[dict[str, Any]]) -> list[tuple[str, str, int, int]]:
    return [(each["symbol"], each["outcome"], each["recorded"], each["duplicates"]) for each in fetched]


@pytest.mark.parametrize("provider", ["twelve_data", "oanda"])
def test_what_strategies_warm_up_on_is_fetched_and_then_what_has_closed_since(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    exchange = Exchange(hours(100, T0 + 2 * HOUR), T0)
    with provided(monkeypatch, exchange, provider):
        assert outcome(desk.fetch()) == [("EURUSD", "fetched", 30, 0)]
        assert outcome(desk.fetch()) == [("EURUSD", "current", 0, 0)]
        exchange.now = T0 + 2 * HOUR
        assert outcome(desk.fetch(exchange.now)) == [("EURUSD", "fetched", 2, 3)]

    assert desk.stored() == hours(32, T0 + HOUR)


def test_a_generator_runs_on_what_was_fetched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.project.save_strategy("one", warm_up_bars=281)
    with provided(monkeypatch, Exchange(hours(400), T0)):
        desk.fetch()

    key = desk.project.issue_key("generator")
    answer = desk.project.send("/generator", {"strategy_ids": None}, key=key, at=T0).document
    assert answer["evaluated"] == 1
    assert {each["reason"] for each in answer["skipped"]} <= {"no_signal"}


def test_a_correction_is_kept_as_the_next_version(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = Exchange(hours(40), T0)
    with provided(monkeypatch, exchange):
        desk.fetch()
        document = json.loads(exchange.reply(exchange.asked[0], None)[2])
        document["values"][-1]["close"] = "1.5"
        exchange.refusals.append((200, {"Content-Type": "application/json"}, json.dumps(document)))
        (item,) = desk.fetch(whole_window=True)

    assert (item["recorded"], item["duplicates"], item["restated"]) == (0, 29, 1)
    assert desk.stored() == [*hours(30, T0 - HOUR), T0 - HOUR]


def test_a_hole_is_filled_by_asking_for_the_whole_window(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = Exchange([*hours(40, T0 - 20 * HOUR), *hours(15)], T0)
    with provided(monkeypatch, exchange):
        desk.fetch()
        exchange.openings = hours(60)
        desk.fetch(whole_window=True)

    assert set(hours(30, T0 - HOUR)) <= set(desk.stored())


def test_one_symbol_s_failure_is_its_own(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.project.save_strategy("more", symbols=["AUDUSD", "US500"], warm_up_bars=30)
    with provided(monkeypatch, Exchange(hours(40), T0)):
        fetched = desk.fetch()

    assert sorted(outcome(fetched)) == [
        ("AUDUSD", "failed", 0, 0),
        ("EURUSD", "fetched", 30, 0),
        ("US500", "failed", 0, 0),
    ]
    assert [each["code"] for each in fetched if each["outcome"] == "failed"] == [
        "provider_symbol_unknown"
    ] * 2


def test_a_quota_that_is_used_up_ends_the_run_and_the_next_one_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.project.save_strategy("daily", timeframe="D1", warm_up_bars=30)
    refused = error("twelve_data", 429, "You have run out of API credits", Retry_After="30")
    exchange = Exchange(hours(40), T0, refusals=[refused])
    with provided(monkeypatch, exchange):
        first, second = desk.fetch()
    assert (first["outcome"], first["code"], first["retry_after_seconds"]) == (
        "failed",
        "provider_rate_limited",
        30,
    )
    assert (second["outcome"], second["code"]) == ("not_reached", None)
    assert len(exchange.asked) == 1


def test_who_comes_last_is_another_one_each_minute(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.project.save_strategy("more", symbols=["AUDUSD", "GBPUSD"], warm_up_bars=30)
    with provided(monkeypatch, Exchange(hours(40), T0)):
        last = [desk.fetch(T0 + timedelta(minutes=minute))[-1]["symbol"] for minute in range(3)]
    assert sorted(last) == ["AUDUSD", "EURUSD", "GBPUSD"]


def test_a_provider_that_is_away_takes_no_longer_than_the_budget_and_is_caught_up_with(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.project.save_strategy("more", symbols=["AUDUSD"], warm_up_bars=30)
    exchange = Exchange(hours(40), T0, refusals=[error("twelve_data", 503, "Maintenance")] * 50)
    with provided(monkeypatch, exchange, budget_seconds="1"):
        first, second = desk.fetch()
    assert (first["outcome"], first["code"]) == ("failed", "provider_unavailable")
    assert second["outcome"] in {"failed", "not_reached"}

    exchange.refusals.clear()
    with provided(monkeypatch, exchange):
        desk.fetch()
    assert desk.stored() == hours(30, T0 - HOUR)


def test_a_bar_that_contradicts_itself_is_left_out_and_counted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = Exchange(hours(40), T0)
    with provided(monkeypatch, exchange):
        url = "/time_series?symbol=EUR/USD&interval=1h&timezone=UTC&order=asc&end_date=2026-01-05T11:00:01"
        document = json.loads(exchange.reply(f"{url}&outputsize=3", None)[2])
        document["values"][1]["high"] = "0.5"
        exchange.refusals.append((200, {"Content-Type": "application/json"}, json.dumps(document)))
        (item,) = desk.fetch()

    assert (item["outcome"], item["recorded"], item["rejected"]) == ("fetched", 2, 1)
    assert desk.stored() == [T0 - 3 * HOUR, T0 - HOUR]


def test_two_at_once_store_each_bar_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.project.save_strategy("one", warm_up_bars=1200)
    with provided(monkeypatch, Exchange(hours(1300), T0)), ThreadPoolExecutor(2) as pool:
        items = [each for run in pool.map(lambda _: desk.fetch(), range(2)) for each in run]

    assert {each["outcome"] for each in items} <= {"fetched", "current"}
    assert sum(each["recorded"] for each in items) == 1200
    assert desk.stored() == hours(1200, T0 - HOUR)


def test_what_came_before_an_error_is_stored_and_the_next_run_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = Exchange(hours(6000, T0 - 6000 * HOUR), T0 - 6000 * HOUR)
    with provided(monkeypatch, exchange):
        desk.fetch(exchange.now)
        exchange.openings, exchange.now = hours(6100), T0
        exchange.refuses_no = len(exchange.asked) + 2
        # The first page is served, the second refused.
        (item,) = desk.fetch()
        assert (item["outcome"], item["code"]) == ("failed", "provider_unauthorized")
        assert 4000 < item["recorded"] < 6000
        (item,) = desk.fetch()
    assert item["outcome"] == "fetched"
    assert desk.stored() == hours(6030, T0 - HOUR)


def test_nothing_configured_is_said_with_the_variable(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISTORT_FEED_TWELVE_DATA_API_KEY")

    reply = desk.project.send("/fetch", {"whole_window": False}, key=desk.key)

    assert (reply.status, reply.code) == (409, "provider_not_configured")
    assert "DISTORT_FEED_TWELVE_DATA_API_KEY" in reply.document["detail"]


def test_the_key_is_in_no_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    refused = error("twelve_data", 403, f"The key {KEY} has no access")
    with provided(monkeypatch, Exchange(hours(40), T0, refusals=[refused])):
        (item,) = desk.fetch()

    assert item["code"] == "provider_unauthorized"
    assert KEY not in "".join(capfd.readouterr())
