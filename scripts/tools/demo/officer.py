"""The officer of one account in the demo: the real Expert Advisor, compiled, in a process of its own.

Between two bars an officer has a few seconds of work at most, and then only polls that find nothing. Once
it has settled the clock jumps to the next moment that matters, as if the terminal's computer had slept.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Timer
from typing import Any, ParamSpec

from functions.contract.bar import Bar, closed_at
from functions.contract.scalars import timestamp_text
from mql5.simulator.compiler import CompileError
from mql5.simulator.officer_process import Condition, OfficerError, OfficerProcess, Setup
from mql5.simulator.simulator import executable
from mql5.simulator.translator import TranslationError
from scripts.tools.demo.errors import DemoError
from scripts.tools.demo.records import Account, account_of

# What a person might enter, but more patient with a server that is killed now and then, and less with orders
# that never reached the broker, so that a demo does not wait ten minutes for them.
_INPUTS: Mapping[str, str] = {
    "InpPollSeconds": "5",
    "InpMaxDirectives": "10",
    "InpGraceSeconds": "10",
    "InpResolveSeconds": "60",
    "InpTimeoutMs": "15000",
    # The simulated broker's clock stays two hours ahead of UTC.
    "InpServerDaylightSaving": "none",
}


_built = cache(executable)
# What takes longer than this is explained.
_SILENT_SECONDS = 2.0
_Given = ParamSpec("_Given")


class Officer:
    """One running officer and its broker. Raises DemoError when the officer cannot go on."""

    def __init__(self, account_id: str, process: OfficerProcess, condition: Condition) -> None:
        self.account_id = account_id
        self.process = process
        self._condition = condition

    @property
    def settled(self) -> bool:
        """Whether it had nothing more to do when it last worked."""
        return self._condition.settled

    @property
    def deaths(self) -> int:
        """How often its terminal has died."""
        return self._condition.deaths

    def pass_bar(self, bar: Bar) -> bool:
        """Let the broker live through a bar while the officer sleeps; whether it has something to do."""
        deals = self._condition.deals
        prices = {name: str(getattr(bar, name)) for name in ("open", "high", "low", "close")}
        times = {"opened_at": timestamp_text(bar.opened_at), "closed_at": timestamp_text(closed_at(bar))}
        self._keep(
            self.process.pass_bar,
            {"symbol": bar.symbol, "spread_points": bar.spread_points, **prices, **times},
        )
        return self._condition.deals > deals or not self.settled

    def open_market(self, bar: Bar, at: datetime) -> None:
        """The first price of a bar is there, and can be traded at."""
        self._keep(self.process.set_market, timestamp_text(at), bar.symbol, str(bar.open), bar.spread_points)

    def close_market(self, symbol: str, at: datetime) -> None:
        """No bar follows on the last one: nobody trades until the next."""
        self._keep(self.process.set_market, timestamp_text(at), symbol, None, 0)

    def work(self, until: datetime) -> None:
        """Do all there is to do, but not beyond a moment; then it is that moment."""
        self._keep(self.process.run, timestamp_text(until))

    def account(self) -> Account:
        """What the broker keeps of the account."""
        return account_of(self._state()["account"])

    def calls(self) -> dict[str, tuple[int, float]]:
        """How many calls there were to each path, and the seconds they took together."""
        return {
            path: (made["count"], made["microseconds"] / 1e6) for path, made in self._state()["calls"].items()
        }

    def stop(self) -> None:
        """End the process, and the broker with it."""
        self.process.stop()

    def _state(self) -> dict[str, Any]:
        try:
            return self.process.state()
        except OfficerError as error:
            raise self._stopped(error) from None

    def _keep(
        self, command: Callable[_Given, Condition], *given: _Given.args, **named: _Given.kwargs
    ) -> None:
        try:
            self._condition = command(*given, **named)
        except OfficerError as error:
            raise self._stopped(error) from None

    def _stopped(self, error: OfficerError) -> DemoError:
        return DemoError(f"the officer of {self.account_id} has stopped: {error}")


def compiled(say: Callable[[str], None]) -> Path:
    """The executable with the Expert Advisor in it, kept until a source changes. Raises DemoError."""
    late = Timer(_SILENT_SECONDS, say, ["compiling the Expert Advisor (once; about a minute)"])
    late.start()
    try:
        return _built()
    except (CompileError, TranslationError) as error:
        raise DemoError(f"the Expert Advisor does not compile:\n{error}") from None
    except RuntimeError as error:
        raise DemoError(f"the Expert Advisor cannot be compiled: {error}") from None
    finally:
        late.cancel()


def engage(account_id: str, binary: Path, folder: Path, setup: Setup) -> Officer:
    """Start an officer, whose process writes its log into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    process = OfficerProcess(binary, folder / f"{account_id}.log")
    try:
        return Officer(account_id, process, process.begin(setup))
    except OfficerError as error:
        process.stop()
        raise DemoError(f"the officer of {account_id} does not start: {error}") from None


def inputs(server_url: str, api_key: str) -> dict[str, str]:
    """The Expert Advisor's inputs."""
    return {**_INPUTS, "InpServerUrl": server_url, "InpApiKey": api_key}
