"""The whole play on one backend: set the stage, replay the bars, and keep what the brokers have seen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import psycopg

from functions.contract.bar import Bar, closed_at
from scripts.tools.demo import cast
from scripts.tools.demo.bars_file import BarsFile
from scripts.tools.demo.calls import Caller
from scripts.tools.demo.chaos import Chaos
from scripts.tools.demo.errors import DemoError
from scripts.tools.demo.officer import Officer, engage, inputs
from scripts.tools.demo.records import Account
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
    folder: where the terminals' files and logs are kept.
    officer: the executable with the Expert Advisor in it.
    """

    functions_url: str
    database_url: str
    environment: Mapping[str, str]
    folder: Path
    officer: Path


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls there were to one path, and the seconds they took together."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Played:
    """What is known after the play apart from the ledger.

    accounts: what the brokers keep, with every order and deal there ever was.
    calls: by path.
    chaos: who was killed and how often, None if nobody was.
    """

    accounts: Mapping[str, Account]
    calls: Mapping[str, Calls]
    chaos: Chaos | None


def backend_of(stack: Stack, officer: Path) -> Backend:
    """A running stack with all its parts, and the executable with the Expert Advisor in it."""
    return Backend(
        stack.functions_url, stack.database_url, stack.environment(), stack.directory / "terminals", officer
    )


def play(
    file: BarsFile,
    count: int,
    backend: Backend,
    *,
    contract_size: Decimal,
    progress: Progress,
    chaos: Chaos | None = None,
) -> Played:
    """Replay the first `count` bars of the file on a fresh ledger; raises DemoError if it cannot go on.

    chaos: let loose as soon as the stage is set.
    """
    bars = file.bars[:count]
    history = min(strategy.warm_up_bars for strategy in cast.strategies(file)) - 1
    if len(bars) <= history:
        raise DemoError(
            f"{len(bars)} bars are too few: the strategies read {history + 1} before they can act"
        )
    allow_simulated_time(backend.database_url)
    keys = cast.set_the_stage(file, backend.environment, bars[0].opened_at, closed_at(bars[-1]))
    with _officers(file, backend, keys.officers, contract_size) as officers:
        feed = Caller(backend.functions_url, keys.feed)
        generator = Caller(backend.functions_url, keys.generator)
        director = Caller(backend.functions_url, keys.director)
        if chaos:
            chaos.let_loose(officers)
        replay(
            bars,
            _after(file, count),
            Parties(feed=feed, generator=generator, director=director, officers=officers),
            history=history,
            patience=PATIENCE,
            progress=_while_wanted(progress, chaos),
        )
        callers = [feed, generator, director]
        for caller in callers:
            caller.close()
        if chaos:
            chaos.count(officers)
        accounts = {officer.account_id: officer.account() for officer in officers}
        return Played(accounts, _together(callers, officers), chaos)


def allow_simulated_time(database_url: str) -> None:
    """Let callers say what time it is: only the owner of the database can, and only on a ledger for play."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update ledger.settings set simulated_time = true where only_row")


@contextmanager
def _officers(
    file: BarsFile, backend: Backend, keys: Mapping[str, str], contract_size: Decimal
) -> Iterator[list[Officer]]:
    """An officer for each account; they all stop at the end."""
    with ExitStack() as running:
        officers = []
        for account_id in cast.account_ids():
            folder = backend.folder / account_id
            setup = cast.setup(
                file,
                account_id,
                contract_size=contract_size,
                at=file.bars[0].opened_at,
                folder=folder,
                inputs=inputs(backend.functions_url, keys[account_id]),
            )
            officers.append(engage(account_id, backend.officer, folder, setup))
            running.callback(officers[-1].stop)
        yield officers


def _while_wanted(progress: Progress, chaos: Chaos | None) -> Progress:
    """The same, but it ends a play that nobody waits for any more."""

    def advance(more: int) -> None:
        if chaos and chaos.over:
            raise DemoError("the play was broken off")
        progress(more)

    return advance


def _after(file: BarsFile, count: int) -> Bar | None:
    return file.bars[count] if count < len(file.bars) else None


def _together(callers: Iterable[Caller], officers: Sequence[Officer]) -> dict[str, Calls]:
    made = [(path, len(each), sum(each)) for caller in callers for path, each in caller.seconds.items()]
    made += [(path, *numbers) for officer in officers for path, numbers in officer.calls().items()]
    together: dict[str, Calls] = {}
    for path, count, seconds in made:
        before = together.get(path, Calls(0, 0.0))
        together[path] = Calls(before.count + count, before.seconds + seconds)
    return together
