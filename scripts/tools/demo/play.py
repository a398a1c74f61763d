"""The whole play on one backend: set the stage, replay the bars, and keep what the brokers have seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import psycopg

from functions.contract.bar import Bar, closed_at
from scripts.tools.demo import cast
from scripts.tools.demo.bars_file import BarsFile
from scripts.tools.demo.broker import Broker
from scripts.tools.demo.calls import Caller
from scripts.tools.demo.errors import DemoError
from scripts.tools.demo.officer import Officer
from scripts.tools.demo.replay import Parties, Progress, replay
from scripts.tools.operator.documents import Limits
from scripts.tools.stack import Stack

PATIENCE = timedelta(seconds=Limits().directive_ttl_seconds)


@dataclass(frozen=True, slots=True)
class Backend:
    """Where the play takes place.

    functions_url: base URL of the HTTP functions.
    database_url: the ledger's database, for its owner.
    environment: as the functions read it; the operator's calls take their token's secret from it.
    """

    functions_url: str
    database_url: str
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Played:
    """What is known after the play apart from the ledger.

    brokers: by account, with every order and deal there ever was.
    seconds: how long each call took, by path.
    """

    brokers: Mapping[str, Broker]
    seconds: Mapping[str, Sequence[float]]


def backend_of(stack: Stack) -> Backend:
    """A running stack with all its parts."""
    return Backend(stack.functions_url, stack.database_url, stack.environment())


def play(
    file: BarsFile, count: int, backend: Backend, *, contract_size: Decimal, progress: Progress
) -> Played:
    """Replay the first `count` bars of the file on a fresh ledger; raises DemoError if it cannot go on."""
    bars = file.bars[:count]
    history = min(strategy.warm_up_bars for strategy in cast.strategies(file)) - 1
    if len(bars) <= history:
        raise DemoError(
            f"{len(bars)} bars are too few: the strategies read {history + 1} before they can act"
        )
    allow_simulated_time(backend.database_url)
    keys = cast.set_the_stage(file, backend.environment, bars[0].opened_at, closed_at(bars[-1]))
    brokers = cast.brokers(file, contract_size)
    callers = {account_id: Caller(backend.functions_url, key) for account_id, key in keys.officers.items()}
    parties = Parties(
        feed=Caller(backend.functions_url, keys.feed),
        generator=Caller(backend.functions_url, keys.generator),
        director=Caller(backend.functions_url, keys.director),
        officers=[
            Officer(callers[account_id], broker, sync_every=cast.sync_every(file))
            for account_id, broker in brokers.items()
        ],
    )
    replay(
        bars,
        _after(file, count),
        parties,
        history=history,
        patience=PATIENCE,
        progress=progress,
    )
    everybody = [parties.feed, parties.generator, parties.director, *callers.values()]
    for caller in everybody:
        caller.close()
    return Played(brokers, _together(everybody))


def allow_simulated_time(database_url: str) -> None:
    """Let callers say what time it is: only the owner of the database can, and only on a ledger for play."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update ledger.settings set simulated_time = true where only_row")


def _after(file: BarsFile, count: int) -> Bar | None:
    return file.bars[count] if count < len(file.bars) else None


def _together(callers: Sequence[Caller]) -> dict[str, list[float]]:
    together: dict[str, list[float]] = {}
    for caller in callers:
        for path, seconds in caller.seconds.items():
            together.setdefault(path, []).extend(seconds)
    return together
