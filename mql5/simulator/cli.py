"""`scripts/distort sweep`: the officer under every crash and every fault, in the simulator."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Annotated

import typer

from mql5.simulator import mutations, sweep
from mql5.simulator.campaign import Campaign
from mql5.simulator.compiler import CompileError
from mql5.simulator.scenarios import Outcome, Scenario
from mql5.simulator.simulator import command, executable
from mql5.simulator.sweep import Tally
from mql5.simulator.translator import TranslationError
from mql5.simulator.workers import Workers

SHOWN_FAILURES = 20
DEFAULT_RUNS = 2000


def sweep_command(
    runs: Annotated[
        int, typer.Option(min=0, help="How many random mixtures of faults and crashes.")
    ] = DEFAULT_RUNS,
    seed: Annotated[int, typer.Option(help="Which ones: the same seed gives the same mixtures.")] = 7,
    reproduce: Annotated[
        str | None, typer.Option(metavar="SCENARIO", help="Run one scenario and tell what happens in it.")
    ] = None,
    *,
    exhaustive_pairs: Annotated[
        bool,
        typer.Option("--exhaustive-pairs", help="Run every pair of crashes, and nothing else. Takes hours."),
    ] = False,
    begin: Annotated[
        int,
        typer.Option("--from", min=0, help="Go on with every pair here: Ctrl-C tells where it stopped."),
    ] = 0,
    only_random: Annotated[
        bool, typer.Option("--only-random", help="Leave out the single crashes and the pairs.")
    ] = False,
    mutated: Annotated[
        bool, typer.Option("--mutations", help="Plant faults in the officer and see that each is caught.")
    ] = False,
    sanitizers: Annotated[
        bool, typer.Option("--sanitizers", help="Build with address and undefined-behaviour sanitizers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Crash the expert advisor at every step, under every fault, and check what became of it.

    The real MQL5 sources run against a simulated broker and a protocol server in
    memory, on a virtual clock. First every crash point under every fault plan,
    then pairs of crashes, then random mixtures. After each run: at most one order
    per directive, acknowledged first; every outcome in the ledger, once and right;
    every bar that strategies read there as the broker has it, and no order later for
    it; no leak, no critical error; nothing left over. A failure prints the scenario
    that reproduces it.
    """
    try:
        if mutated:
            raise typer.Exit(mutations.run(as_json=as_json))
        binary = executable(sanitize=sanitizers)
    except (CompileError, TranslationError) as error:
        sys.stderr.write(f"error: {error}\n")
        raise typer.Exit(2) from error
    if reproduce is not None:
        raise typer.Exit(_reproduce(Workers(binary), reproduce))
    started = time.monotonic()
    tally = Tally()
    campaign = Campaign(Workers(binary), tally, seed)
    base = campaign.without_crash()
    if exhaustive_pairs:
        _every_pair(campaign, base, begin)
    else:
        if not only_random:
            campaign.single_crashes(base)
            campaign.some_pairs(base)
        campaign.mixtures(base, runs)
    _report(tally, time.monotonic() - started, as_json=as_json)
    raise typer.Exit(1 if tally.failed else 0)


def _every_pair(campaign: Campaign, base: list[Outcome], begin: int) -> None:
    first = sweep.one_crash(base)
    reached = campaign.every_pair(first, begin)
    if reached < len(first):
        sys.stderr.write(
            f"stopped after {reached} of {len(first)} first crashes; "
            f"go on: scripts/distort sweep --exhaustive-pairs --from {reached}\n"
        )


def _reproduce(workers: Workers, line: str) -> int:
    words = command(workers.binary, "--verbose", "scenario", *Scenario.parse(line).line.split())
    return subprocess.run(words, check=False).returncode  # noqa: S603 - our own executable


def _report(tally: Tally, seconds: float, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_document(tally, seconds)))  # noqa: T201
        return
    for outcome in tally.failed[:SHOWN_FAILURES]:
        invariant, detail = outcome.failures[0]
        print(f'scripts/distort sweep --reproduce "{outcome.scenario.line}"   # {invariant}: {detail}')  # noqa: T201
    if len(tally.failed) > SHOWN_FAILURES:
        print(f"and {len(tally.failed) - SHOWN_FAILURES} more")  # noqa: T201
    print(tally.summary())  # noqa: T201
    print(f"trace {tally.trace_hash}, {seconds:.0f} s, {tally.scenarios / seconds:.0f} scenarios a second")  # noqa: T201


def _document(tally: Tally, seconds: float) -> dict[str, object]:
    return {
        "scenarios": tally.scenarios,
        "duplicate_orders": tally.invariants["duplicate_order"],
        "lost_directives": tally.invariants["lost_directive"],
        "unreported_outcomes": tally.invariants["unreported_outcome"],
        "failures": len(tally.failed),
        "trace": tally.trace_hash,
        "seconds": round(seconds, 1),
        "failed": [
            {"scenario": outcome.scenario.line, "failures": [list(failure) for failure in outcome.failures]}
            for outcome in tally.failed
        ],
    }
