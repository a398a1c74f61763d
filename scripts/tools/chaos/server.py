"""The server under chaos: an embedded stack, and processes of its own for each actor on a schedule."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts.tools.chaos.downtime import Keeper, Record
from scripts.tools.chaos.parts import Part, part_of, parts_of
from scripts.tools.chaos.schedule import Strike
from scripts.tools.stack import Stack
from scripts.tools.stack.functions import FunctionsService
from scripts.tools.stack.postgrest import RestService

# As they are deployed: apart, so that each dies alone. The rest answer from the stack's own functions.
# By name, with their workers: of two directors one goes on when the other is killed.
ACTORS = {"generator": 2, "director-1": 1, "director-2": 1, "archivist": 1}
# The functions log every request, and here there are thousands.
SETTINGS = {"LOG_LEVEL": "WARNING"}


class Server:
    """Everything that runs, by name, with where it answers and where it logs."""

    def __init__(self, stack: Stack, actors: Sequence[FunctionsService]) -> None:
        self.stack = stack
        self._actors = actors
        self.parts: list[Part] = [*parts_of(stack), *(part_of(actor) for actor in actors)]
        self._rest = next(each for each in stack.services() if isinstance(each, RestService))

    def url(self, name: str) -> str:
        """Base URL of an actor, or of `functions`."""
        return {actor.name: actor.url for actor in self._actors}.get(name, self.stack.functions_url)

    def logs(self) -> Mapping[str, Path]:
        """Everybody's log."""
        return {service.name: service.log for service in (*self.stack.services(), *self._actors)}

    def ledger_answers(self) -> bool:
        """Whether PostgREST answers and has its database."""
        return self._rest.healthy()

    @contextmanager
    def keepers(self, strikes: Sequence[Strike], record: Record) -> Iterator[list[Keeper]]:
        """A keeper for every part. What they have started again ends with them: look at it within."""
        keepers = [
            Keeper(
                part,
                [strike for strike in strikes if strike.victim == part.name],
                record,
                self.ledger_answers,
            )
            for part in self.parts
        ]
        for keeper in keepers:
            keeper.start()
        try:
            yield keepers
        finally:
            for keeper in keepers:
                keeper.end()
            for keeper in keepers:
                keeper.release()


@contextmanager
def running(stack: Stack) -> Iterator[Server]:
    """The actors beside a running stack; they end with this."""
    with ExitStack() as opened:
        actors = []
        for name, workers in ACTORS.items():
            actor = FunctionsService(
                stack.directory / f"{name}.log", stack.environment(), port=None, workers=workers
            )
            actor.name = name
            actor.start()
            opened.callback(actor.stop)
            actors.append(actor)
        yield Server(stack, actors)
