"""One signal for thousands of accounts: decided in one go, and with its director killed in the middle."""

import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

import psycopg
import requests
import typer
from psycopg.types.json import Jsonb
from rich.console import Console

from functions.contract.scalars import timestamp_text
from functions.director.context import DAYS
from scripts.tools.operator.documents import Account, CorrelationGroup, Strategy, Subscription
from scripts.tools.operator.ledger import Operator
from scripts.tools.stack import Stack

Connection = psycopg.Connection[tuple[Any, ...]]

# What an officer would have reported, once; every account gets a copy.
_STATE = {
    "balance": 10000, "equity": 10000, "margin": 0, "free_margin": 10000, "currency": "USD", "leverage": 100,
    "hedging": True, "trade_allowed": True, "server_time_offset_seconds": 0,
}  # fmt: skip
_INSTRUMENT = {
    "symbol": "EURUSD", "digits": 5, "tick_size": 0.00001, "tick_value": 1, "contract_size": 100000,
    "volume_min_lots": 0.01, "volume_max_lots": 50, "volume_step_lots": 0.01, "stops_level_points": 0,
    "listed": True,
}  # fmt: skip
_PARAMETERS = {
    "fast_bars": 12, "slow_bars": 26, "atr_bars": 14, "stop_distance_atr": "2", "reward_to_risk": "2",
    "half_strength_atr": "0.1", "sides": "both", "valid_bars": 2,
}  # fmt: skip
_ROOMY: Mapping[str, Any] = {
    "max_open_positions_account": 10, "max_open_positions_symbol": 10, "max_state_age_seconds": 86_400,
    "max_signal_age_seconds": 7_200,
}  # fmt: skip
# Every limit of docs/risk.md, and none that is reached: whoever declines early looks at less.
_ALL_LIMITS: Mapping[str, Any] = {
    "max_open_positions_currency": 10, "max_open_positions_group": 10, "max_net_exposure_currency": "100",
    "max_daily_loss": "0.05", "max_drawdown": "0.2", "max_spread_points": 20, "max_margin_use": "1",
    "max_consecutive_losses": 3, "cool_down_seconds": 3_600, "opposite_positions": "hedge",
    "allow_duplicates": False, "min_strength": "0.1",
    "sessions": [{"day": day, "opens": "00:00", "closes": "24:00"} for day in DAYS],
}  # fmt: skip
_ALL_OF_A_SUBSCRIPTION: Mapping[str, Any] = {"allocation": "0.5", "max_open_positions_strategy": 10}
# Copies of the first account and all that it has, through the same triggers as the first.
_COPIES = """
    insert into ledger.accounts select (jsonb_populate_record(a, jsonb_build_object(
            'account_id', 'desk-' || n, 'login', n))).*
        from ledger.accounts a, generate_series(2, %(accounts)s) n where a.account_id = 'desk-1';
    insert into ledger.subscriptions select (jsonb_populate_record(b, jsonb_build_object(
            'account_id', 'desk-' || n))).*
        from ledger.subscriptions b, generate_series(2, %(accounts)s) n where b.account_id = 'desk-1';
    insert into ledger.account_states select (jsonb_populate_record(null::ledger.account_states,
            %(state)s || jsonb_build_object('account_id', 'desk-' || n, 'reported_at', now()))).*
        from generate_series(1, %(accounts)s) n;
    insert into ledger.instruments select (jsonb_populate_record(null::ledger.instruments,
            %(instrument)s || jsonb_build_object('account_id', 'desk-' || n, 'reported_at', now()))).*
        from generate_series(1, %(accounts)s) n;
    insert into ledger.equity_marks (account_id, day, equity, day_start_equity, high_water_equity, since)
        select 'desk-' || n, (now() at time zone 'UTC')::date, 10000, 10000, 10000, now()
        from generate_series(1, %(accounts)s) n;
"""
_DECIDED = """
    select count(*), count(distinct account_id), count(*) filter (where outcome = 'issued')
    from ledger.risk_decisions where signal_id = %s
"""


@dataclass(frozen=True, slots=True)
class FanOut:
    """How one signal fared, and what its director took: runs, kills, seconds, memory at its peak."""

    decisions: int
    accounts: int
    issued: int
    runs: int
    kills: int
    seconds: float
    peak_memory_mib: float | None


def measure_fan_out(
    accounts: Annotated[int, typer.Option(min=2, help="How many accounts follow the strategy.")] = 10_000,
    *,
    all_limits: Annotated[
        bool, typer.Option("--all-limits", help="Give the accounts every limit there is.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text for people.")] = False,
) -> None:
    """Have one signal decided for thousands of accounts; then another, killing its director again and again.

    Fails unless every account has exactly one decision on each.
    """
    with Stack(progress=_note, settings={"LOG_LEVEL": "WARNING"}) as stack:
        key = _set_the_stage(stack, accounts, all_limits=all_limits)
        whole = _decide(stack, key, _publish(stack, "buy"), kills=0)
        torn = _decide(stack, key, _publish(stack, "sell"), kills=3)
    found = {"accounts": accounts, "all_limits": all_limits, "whole": asdict(whole), "killed": asdict(torn)}
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        for name, result in (("in one go", whole), ("killed in the middle", torn)):
            memory = "" if result.peak_memory_mib is None else f", at most {result.peak_memory_mib} MiB"
            Console(soft_wrap=True, highlight=False).print(
                f"{name}: {result.decisions} decisions for {result.accounts} accounts,"
                f" {result.issued} issued, {result.seconds} s in {result.runs} runs"
                f" and {result.kills} kills{memory}"
            )
    good = all((one.decisions, one.accounts) == (accounts, accounts) for one in (whole, torn))
    raise typer.Exit(0 if good else 1)


def _set_the_stage(stack: Stack, accounts: int, *, all_limits: bool) -> str:
    """A strategy, one account that follows it, and copies; answers a director's API key."""
    limits, of_subscription = (_ALL_LIMITS, _ALL_OF_A_SUBSCRIPTION) if all_limits else ({}, {})
    operator = Operator(stack.environment())
    try:
        operator.save_strategy(
            Strategy.model_validate(
                {
                    "strategy_id": "fan-out",
                    "kind": "ema_cross",
                    "symbols": ("EURUSD",),
                    "timeframe": "H1",
                    "parameters": _PARAMETERS,
                }
            )
        )
        account = {"account_id": "desk-1", "login": 1, "server": "Load", "currency": "USD"}
        operator.open_account(Account.model_validate({**account, **_ROOMY, **limits}))
        followed = {"account_id": "desk-1", "strategy_id": "fan-out", **of_subscription}
        operator.subscribe(Subscription.model_validate(followed))
        operator.save_correlation_group(CorrelationGroup(group_id="majors", symbols=("EURUSD", "GBPUSD")))
        key = operator.issue_key("director", label="fan-out").api_key
    finally:
        operator.close()
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        given = {"accounts": accounts, "state": Jsonb(_STATE), "instrument": Jsonb(_INSTRUMENT)}
        psycopg.ClientCursor(connection).execute(_COPIES, given)
        connection.execute("analyze")
    return key


def _publish(stack: Stack, side: str) -> str:
    """A signal of the bar that closed last, and the bar; answers the signal's id."""
    now = datetime.now(UTC)
    closed_at = now.replace(minute=0, second=0, microsecond=0)
    signal_id = str(uuid5(NAMESPACE_URL, f"fan-out/{side}"))
    signal: dict[str, Any] = {
        "signal_id": signal_id, "strategy_id": "fan-out", "symbol": "EURUSD", "timeframe": "H1",
        "created_at": timestamp_text(closed_at), "action": "open", "side": side, "strength": "1",
        "entry_price": "1.1", "stop_loss": "1.09" if side == "buy" else "1.11", "take_profit": None,
        "expires_at": timestamp_text(now + timedelta(hours=1)), "indicators": {}, "opened_before": None,
    }  # fmt: skip
    bar: dict[str, Any] = {
        "symbol": "EURUSD", "timeframe": "H1", "opened_at": timestamp_text(closed_at - timedelta(hours=1)),
        "open": "1.1", "high": "1.1", "low": "1.1", "close": "1.1", "tick_volume": 1, "spread_points": 10,
    }  # fmt: skip
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("set local role feed")
        connection.execute("select api.store_bars(%s)", [Jsonb([bar])])
        connection.execute("set local role generator")
        connection.execute("select api.publish_signals(%s)", [Jsonb([signal])])
    return signal_id


def _decide(stack: Stack, key: str, signal_id: str, *, kills: int) -> FanOut:
    """Call the director until the signal is settled, and meanwhile kill the functions that often."""
    began, runs, killed = time.monotonic(), 0, 0
    with psycopg.connect(stack.database_url, autocommit=True) as connection, _memory() as peak:
        while True:
            runs += 1
            calling = threading.Thread(target=_call_director, args=(stack.functions_url, key))
            calling.start()
            if killed < kills:
                _await_progress(connection, signal_id, calling)
                stack.kill_functions()
                killed += 1
                calling.join()
                stack.restart_functions()
            calling.join()
            query = "select status from ledger.signal_outbox where signal_id = %s"
            if connection.execute(query, [signal_id]).fetchone() == ("processed",):
                break
        decisions, decided, issued = connection.execute(_DECIDED, [signal_id]).fetchone() or (0, 0, 0)
    return FanOut(decisions, decided, issued, runs, killed, round(time.monotonic() - began, 1), peak())


def _call_director(functions_url: str, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "X-Contract-Version": "1"}
    # Who is killed does not answer; that is what the next run is for.
    with suppress(requests.RequestException):
        requests.post(f"{functions_url}/director", json={"max_signals": 100}, headers=headers, timeout=120)


def _await_progress(connection: Connection, signal_id: str, calling: threading.Thread) -> None:
    """Until a batch more is decided, or the run is over."""
    query = "select count(*) from ledger.risk_decisions where signal_id = %s"
    before = connection.execute(query, [signal_id]).fetchone()
    while calling.is_alive() and connection.execute(query, [signal_id]).fetchone() == before:
        time.sleep(0.05)


@contextmanager
def _memory() -> Iterator[Any]:
    """Watches the functions' workers; answers the largest resident size of one, MiB; None but on Linux."""
    highest: list[float] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            highest.extend(_resident_mib())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield lambda: round(max(highest)) if highest else None
    finally:
        over.set()
        watching.join()


def _resident_mib() -> Iterator[float]:
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            if b"gunicorn" in (folder / "cmdline").read_bytes():
                status = (folder / "status").read_text()
                yield int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _note(message: str) -> None:
    sys.stderr.write(f"{message}\n")
