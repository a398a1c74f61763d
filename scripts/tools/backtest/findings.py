"""What was found, with what it was found by: everything that is printed or written is made of this."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions.contract.bar import Bar, closed_at
from functions.contract.scalars import decimal_text, timestamp_text
from scripts.tools.backtest.engine.result import AccountResult, Result
from scripts.tools.backtest.engine.setup import Setup
from scripts.tools.backtest.engine.statistics import statistics, together
from scripts.tools.backtest.engine.walk_forward import Plan, Step
from scripts.tools.backtest.trades_file import trade_record

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Findings:
    """One backtest. bars: those lived through.

    plan, steps, varied: of a walk-forward; varied are the values chosen between, by strategy and parameter.
    """

    source: str
    bars: Sequence[Bar]
    setup: Setup
    result: Result
    plan: Plan | None = None
    steps: Sequence[Step] = ()
    varied: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)

    @property
    def columns(self) -> list[AccountResult]:
        """All accounts together first, if there are several; then each."""
        accounts = list(self.result.accounts)
        return [together(accounts), *accounts] if len(accounts) > 1 else accounts

    def settings(self) -> Document:
        """Everything that the result depends on: the same settings on the same data give the same result."""
        setup = self.setup
        first, last = self.bars[0], self.bars[-1]
        return {
            "bars": {
                "source": self.source,
                "symbol": first.symbol,
                "timeframe": first.timeframe,
                "count": len(self.bars),
                "from": timestamp_text(first.opened_at),
                "until": timestamp_text(closed_at(last)),
                "sha256": data_hash(self.bars),
            },
            "instrument": setup.instrument.model_dump(mode="json"),
            "costs": {
                "spread_points": _spread(self.bars),
                "slippage_points": setup.costs.slippage_points,
                "commission_per_lot": decimal_text(setup.costs.commission_per_lot),
                "swap_long_per_lot": decimal_text(setup.costs.swap_long_per_lot),
                "swap_short_per_lot": decimal_text(setup.costs.swap_short_per_lot),
            },
            "accounts": [
                {
                    "account_id": account.account_id,
                    "currency": account.currency,
                    "balance": decimal_text(account.balance),
                    "leverage": account.leverage,
                    "server_time_offset_seconds": account.server_time_offset_seconds,
                    "limits": account.limits.as_json(),
                    "subscriptions": {
                        name: subscription.model_dump(mode="json")
                        for name, subscription in account.subscriptions.items()
                    },
                }
                for account in setup.accounts
            ],
            "strategies": [strategy.as_json() for strategy in setup.strategies],
            "restrictions": setup.restrictions.as_json(),
            "walk_forward": None if self.plan is None else _plan(self.plan, self.varied),
        }

    def document(self) -> Document:
        """All of it for programs; money and prices as strings."""
        return {
            "settings": self.settings(),
            "signals": self.result.signals,
            "together": statistics(together(self.result.accounts)).document(),
            "accounts": [_account(account) for account in self.result.accounts],
            "steps": [step_record(step) for step in self.steps],
        }


def data_hash(bars: Sequence[Bar]) -> str:
    """SHA-256 of the bars: of their canonical JSON, a line each."""
    digest = hashlib.sha256()
    for bar in bars:
        digest.update(bar.model_dump_json().encode() + b"\n")
    return digest.hexdigest()


def reasons(account: AccountResult) -> list[tuple[str, int]]:
    """What the director decided for an account, and how often; the commonest first."""
    counted = Counter(decided.reason for decided in account.decisions)
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))


def step_record(step: Step) -> Document:
    """One step of a walk-forward for JSON."""
    return {
        "trained_from": timestamp_text(step.trained_from),
        "tested_from": timestamp_text(step.tested_from),
        "tested_until": timestamp_text(step.tested_until),
        "chosen": {strategy.strategy_id: strategy.parameters for strategy in step.chosen},
        "train_score": None if step.train_score is None else f"{step.train_score:.6f}",
        "test_score": None if step.test_score is None else f"{step.test_score:.6f}",
        "net_profit": decimal_text(step.net_profit),
        "trades": step.trades,
    }


def _account(account: AccountResult) -> Document:
    return {
        "account_id": account.account_id,
        "currency": account.currency,
        "deposit": decimal_text(account.deposit),
        "balance": decimal_text(account.balance),
        "equity": decimal_text(account.equity),
        "statistics": statistics(account).document(),
        "decisions": dict(reasons(account)),
        "open_positions": len(account.positions),
        "trades": [trade_record(trade) for trade in account.trades],
    }


def _plan(plan: Plan, varied: Mapping[str, Any]) -> Document:
    return {
        "train_bars": plan.train_bars,
        "test_bars": plan.test_bars,
        "statistic": plan.statistic,
        "varied": dict(varied),
    }


def _spread(bars: Sequence[Bar]) -> int | str:
    """The spread, if it is one; else between what and what."""
    found = {bar.spread_points for bar in bars}
    return min(found) if len(found) == 1 else f"{min(found)}..{max(found)}"
