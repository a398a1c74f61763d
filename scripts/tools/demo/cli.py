"""`scripts/demo`: the whole system on real bars, from the first bar to the proof, in about a minute."""

import json
import secrets
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from rich.console import Console

from functions.contract.scalars import Timeframe
from scripts.tools.demo.bars_file import BarsFile, read_bars, sample_file
from scripts.tools.demo.chaos import Chaos
from scripts.tools.demo.errors import DemoError
from scripts.tools.demo.officer import compiled
from scripts.tools.demo.play import Played, backend_of, play
from scripts.tools.demo.progress import counting
from scripts.tools.demo.report import Report, report_on, show
from scripts.tools.operator.ledger import Operator
from scripts.tools.stack import Stack
from scripts.tools.stack.errors import StackStopped
from scripts.tools.stack.supervisor import endings_raise

DEFAULT_SPREAD_POINTS = 10
PLAIN_WIDTH = 140
_ALL = "all"
_BETWEEN_KILLS_SECONDS = (0.5, 2.0)
# The functions log every request; a demo makes thousands of them.
_SETTINGS = {"LOG_LEVEL": "WARNING"}


def demo(
    bars: Annotated[
        Path | None,
        typer.Option(help="A MetaTrader export or a CSV file; without it, 5,000 real EURUSD H1 bars."),
    ] = None,
    count: Annotated[str, typer.Option(help="How many bars to replay, or `all`.")] = "1500",
    symbol: Annotated[
        str | None, typer.Option(help="Whose bars they are (default: what the file's name begins with).")
    ] = None,
    timeframe: Annotated[
        str | None, typer.Option(help="How long a bar is, e.g. H1 (default: deduced).")
    ] = None,
    spread_points: Annotated[
        int | None,
        typer.Option(min=0, max=1_000_000, help="The spread (default: the file's own, else 10)."),
    ] = None,
    contract_size: Annotated[int, typer.Option(min=1, help="Units of the base asset in a lot.")] = 100_000,
    seed: Annotated[int | None, typer.Option(help="Which chaos (default: another one each time).")] = None,
    *,
    chaos: Annotated[
        bool, typer.Option("--chaos", help="Kill officers, functions, PostgREST and PostgreSQL at random.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything up to look around in.")] = False,
) -> None:
    """Replay real bars through the real functions, trade them, and check the ledger.

    Bars come in at their own times under simulated time; the generator finds
    signals, the director decides them for two accounts, and on each account the
    real Expert Advisor, compiled from its MQL5 sources, polls, acknowledges, trades
    on a simulated broker and reports. At the end the ledger is checked: every
    signal processed, every directive settled, no order placed twice, the journal
    intact. The exit code is 0 only if all of that is so.
    """
    file = with_spread(read_bars(bars or sample_file(), symbol, named_timeframe(timeframe)), spread_points)
    number = _count(count, len(file.bars))
    if seed is not None and not chaos:
        raise DemoError("--seed says which chaos: it goes with --chaos")
    binary = compiled(_note)
    with endings_raise(), Stack(settings=_SETTINGS, progress=_note) as stack:
        killing = _chaos(stack, seed) if chaos else None
        with counting(number, f"{file.symbol} {file.timeframe} bars") as advance:

            def playing() -> Played:
                return play(
                    file,
                    number,
                    backend_of(stack, binary),
                    contract_size=Decimal(contract_size),
                    progress=advance,
                    chaos=killing,
                )

            played = killing.reign_over(playing) if killing else playing()
        _seal(stack)
        report = report_on(stack.database_url, played)
        _print(report, as_json=as_json)
        if keep:
            _stay(stack, played)
    raise typer.Exit(0 if report.passed else 1)


def _seal(stack: Stack) -> None:
    """Have a checkpoint cover the journal, as the archivist does every minute."""
    operator = Operator(stack.environment())
    try:
        operator.make_checkpoint()
    finally:
        operator.close()


def _chaos(stack: Stack, seed: int | None) -> Chaos:
    chosen = secrets.randbelow(1_000_000) if seed is None else seed
    _note(f"chaos with --seed {chosen}")
    return Chaos(stack, seed=chosen, pause_seconds=_BETWEEN_KILLS_SECONDS)


def named_timeframe(text: str | None) -> Timeframe | None:
    """The timeframe that was typed, if one was. Raises DemoError."""
    if text is None or text in get_args(Timeframe):
        return cast("Timeframe | None", text)
    raise DemoError(f"--timeframe {text!r} is none of {', '.join(get_args(Timeframe))}")


def _count(text: str, available: int) -> int:
    if text == _ALL:
        return available
    if not (text.isascii() and text.isdigit() and int(text)):
        raise DemoError(f"--count {text!r} is neither a number of bars nor `all`")
    if int(text) > available:
        _note(f"the file has {available} bars, not {text}: all of them are replayed")
    return min(int(text), available)


def with_spread(file: BarsFile, spread_points: int | None) -> BarsFile:
    """The bars with the spread they are traded at: as asked for, as the file says, or the usual one."""
    if spread_points is None:
        if file.has_spreads:
            return file
        spread_points = DEFAULT_SPREAD_POINTS
    bars = tuple(bar.model_copy(update={"spread_points": spread_points}) for bar in file.bars)
    return replace(file, bars=bars)


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(report.document(), indent=2) + "\n")
        sys.stdout.flush()
        for finding in report.invariants.findings():
            _note(finding)
    else:
        # In a file or a pipe there is room for the story's lines.
        width = None if sys.stdout.isatty() else PLAIN_WIDTH
        show(report, Console(highlight=False, width=width))


def _stay(stack: Stack, played: Played) -> None:
    """Until Ctrl-C: the ledger as the demo left it."""
    _note("everything is still up:")
    for name, url in stack.urls().items():
        _note(f"  {name:<10} {url}")
    _note(f'  psql "{stack.database_url}"')
    _note("  try: select * from ledger.risk_decisions; select * from ledger.journal order by journal_id;")
    _note(f'  or: scripts/distort verify --database "{stack.database_url}", and replay likewise')
    _note(f"  accounts: {', '.join(played.accounts)}; logs: {stack.directory}")
    _note("Ctrl-C ends it")
    with suppress(StackStopped):
        threading.Event().wait()


def _note(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
