"""One officer at work: the compiled Expert Advisor in a simulated terminal, on an account of its own.

with OfficerProcess(executable(), log) as officer:
    officer.begin(Setup(...))
    officer.pass_bar(bar)
    officer.run(until)
    officer.state()
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from mql5.simulator.simulator import command

PATIENCE_SECONDS = 10.0
TAIL_BYTES = 2_000

Document = Mapping[str, Any]


class OfficerError(Exception):
    """The process is gone, or the officer has stopped for a reason that does not pass by itself."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What there is to know at the beginning.

    at: the moment at which the terminal starts, a timestamp of the contracts.
    folder: where the terminal's files are kept.
    symbol: of the chart that the officer is on.
    inputs: of the Expert Advisor, by name.
    account: login, currency, balance, leverage, company, server.
    instruments: as in contracts/schemas/instrument, with commission_per_lot.
    faults: a plan of what goes wrong, as mql5/simulator/terminal/functions/faults.hpp reads it.
    """

    at: str
    folder: Path
    symbol: str
    inputs: Mapping[str, str]
    account: Document
    instruments: tuple[Document, ...]
    faults: str = "none"


@dataclass(frozen=True, slots=True)
class Condition:
    """How the officer is after a command.

    now: the virtual time. settled: whether the last run ended because there was nothing more to do.
    deaths: how often the terminal has died so far. deals: how many there are at the broker.
    """

    now: str
    settled: bool
    deaths: int
    deals: int


class OfficerProcess:
    """The process of one officer; commands come from one thread at a time, `crash` from any.

    log: where its words go, for when it fails. When the process ends, the broker ends with it.
    """

    def __init__(self, binary: Path, log: Path) -> None:
        self._log = log
        self._crash: tuple[int, str] | None = None
        with log.open("ab") as said:
            self._child = subprocess.Popen(  # noqa: S603 - our own executable
                command(binary, "serve"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                # Ctrl-C is for whoever commands it. When that one dies, the pipe breaks and it ends as well.
                start_new_session=True,
            )

    def __enter__(self) -> OfficerProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def begin(self, setup: Setup) -> Condition:
        """Open the account and start the terminal with the officer on a chart."""
        return self._obeyed(
            {
                "cmd": "init",
                "at": setup.at,
                "folder": str(setup.folder),
                "symbol": setup.symbol,
                "inputs": dict(setup.inputs),
                "account": dict(setup.account),
                "instruments": [dict(instrument) for instrument in setup.instruments],
                "faults": setup.faults,
            }
        )

    def pass_bar(self, bar: Document) -> Condition:
        """Let the broker live through a bar while the officer sleeps; stop losses come before take profits.

        bar: symbol, open, high, low, close (decimals in text), spread_points,
            opened_at, closed_at (timestamps).
        """
        return self._obeyed({"cmd": "bar", **bar})

    def set_market(self, at: str, symbol: str, bid: str | None, spread_points: int) -> Condition:
        """From this moment on this is the price; without one nobody trades until the next price or bar."""
        order = {"cmd": "market", "at": at, "symbol": symbol, "bid": bid, "spread_points": spread_points}
        return self._obeyed(order)

    def restate_bar(self, symbol: str, bar_seconds: int, position: int, by: str) -> Condition:
        """Let the broker correct the close of a bar: so much higher. The newest closed bar has position 1."""
        order = {"symbol": symbol, "bar_seconds": bar_seconds, "position": position, "by": by}
        return self._obeyed({"cmd": "restate", **order})

    def run(self, until: str) -> Condition:
        """Let the officer work, with real requests, until it has nothing more to do; then it is `until`."""
        crash, self._crash = self._crash, None
        if crash is not None:
            self._obeyed({"cmd": "crash", "point": crash[0], "bytes": crash[1]})
        return self._obeyed({"cmd": "run", "until": until})

    def crash(self, point: int, unflushed: str = "n") -> None:
        """Let the terminal die at the so-manieth of its crash points, counted from its next run on.

        unflushed: of the bytes it has written and not flushed, whether none, half or all are kept: n, h, a.
        """
        self._crash = (point, unflushed)

    def state(self) -> dict[str, Any]:
        """Everything: `account` with orders, deals and positions, `calls`, `chart`, `alerts`, `prints`."""
        return self._answer({"cmd": "state"})

    def stop(self) -> None:
        """End it in an orderly way, or at once if it does not."""
        with suppress(OSError, ValueError):
            self._pipe().write('{"cmd": "quit"}\n')
            self._pipe().close()
        try:
            self._child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        if self._child.stdout:
            self._child.stdout.close()

    def _obeyed(self, order: Document) -> Condition:
        answer = self._answer(order)
        if answer["terminal"] == "stopped" or answer["faults"]:
            told = "; ".join(answer["faults"]) or "it has removed itself from its chart"
            raise OfficerError(" ".join(told.split()))
        return Condition(answer["now"], answer["settled"], answer["deaths"], answer["deals"])

    def _answer(self, order: Document) -> dict[str, Any]:
        line = ""
        with suppress(OSError, ValueError):
            self._pipe().write(json.dumps(order) + "\n")
            self._pipe().flush()
            line = self._child.stdout.readline() if self._child.stdout else ""
        if not line:
            raise OfficerError(f"the officer's process has ended: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _pipe(self) -> Any:
        if self._child.stdin is None:
            raise ValueError("no pipe")
        return self._child.stdin

    def _last_words(self) -> str:
        return self._log.read_bytes()[-TAIL_BYTES:].decode(errors="replace").strip() or f"see {self._log}"
