"""Everybody who takes part in a run, and what they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.tools.chaos import load
from scripts.tools.chaos.broker import Broker
from scripts.tools.chaos.calls import Caller, Calls
from scripts.tools.chaos.cast import Keys, strategies
from scripts.tools.chaos.clock import Clock
from scripts.tools.chaos.downtime import Record
from scripts.tools.chaos.life import Life
from scripts.tools.chaos.market import Market
from scripts.tools.chaos.officer import Desk
from scripts.tools.chaos.server import Server

# Slow enough for the server to do its work, fast enough that it is never done with it.
_MINUTE_SECONDS = 1.5


@dataclass(slots=True)
class Play:
    """The parties, the record of their calls and of the deaths, and what they saw that must never be."""

    clock: Clock
    market: Market
    posts: Sequence[load.Post]
    feed: load.Feed
    generator: load.Generator
    directors: Sequence[load.Director]
    archivist: load.Archivist
    exchange: load.Exchange
    calls: Calls
    findings: list[str]
    record: Record

    def schedulers(self) -> list[load.Scheduler]:
        """All that a schedule calls."""
        return [self.feed, self.generator, *self.directors, self.archivist]


def play_on(server: Server, keys: Keys, seed: int) -> Play:
    """The parties of a play on a server whose stage is set; nobody has done anything yet."""
    calls, findings = Calls(), list[str]()

    def caller(service: str, api_key: str) -> Caller:
        return Caller(service, server.url(service), api_key, calls)

    # One more than is read: the last bar of most symbols has not closed when the market opens.
    history = 1 + max(strategy.warm_up_bars for strategy in strategies())
    clock = Clock()
    market = Market(seed, clock, minute_seconds=_MINUTE_SECONDS, history=history)
    folder = server.stack.directory / "notebooks"
    folder.mkdir()
    desks = [
        Desk(account_id, Broker(f"{seed}/{account_id}"), market, Life(), findings)
        for account_id in keys.officers
    ]
    return Play(
        clock=clock,
        market=market,
        posts=[_post(server, desk, folder, keys.officers[desk.account_id], calls) for desk in desks],
        feed=load.Feed(market, caller("functions", keys.feed)),
        generator=load.Generator(market, caller("generator", keys.generator)),
        directors=[
            load.Director(market, caller(name, keys.director)) for name in ("director-1", "director-2")
        ],
        archivist=load.Archivist(market, caller("archivist", keys.archivist)),
        exchange=load.Exchange(market, desks),
        calls=calls,
        findings=findings,
        record=Record(clock),
    )


def _post(server: Server, desk: Desk, folder: Path, api_key: str, calls: Calls) -> load.Post:
    def make_caller() -> Caller:
        return Caller("functions", server.url("functions"), api_key, calls, desk.life)

    return load.Post(desk, folder / f"{desk.account_id}.jsonl", make_caller)
