"""What an operator forbids, told beforehand: halts, news windows, groups of correlated symbols."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.contract.scalars import Text, Timestamp
from functions.director import context
from scripts.tools.operator.documents import CorrelationGroup, Document, NewsWindow

# The first that is found is told, as by ledger.active_halt.
_SCOPES = ("global", "account", "symbol", "strategy")


class Halt(Document):
    """A halt that stops opens: from its first moment to the first one after it, or for ever.

    value: the account, symbol or strategy; None for global.
    """

    scope: Literal["global", "account", "symbol", "strategy"]
    value: str | None = None
    reason: Annotated[Text, Field(min_length=1)]
    halted_at: Timestamp
    resumed_at: Timestamp | None = None

    @model_validator(mode="after")
    def _is_about_something_for_a_while(self) -> Self:
        if (self.scope == "global") != (self.value is None):
            raise ValueError("a halt has the value it is about, and none if it is global")
        if self.resumed_at is not None and self.resumed_at <= self.halted_at:
            raise ValueError("a halt is resumed after it began")
        return self


class Restrictions(Document):
    """All of it, as a file describes it."""

    halts: tuple[Halt, ...] = ()
    news_windows: tuple[NewsWindow, ...] = ()
    correlation_groups: tuple[CorrelationGroup, ...] = ()

    def halt_of(self, account_id: str, symbol: str, strategy_id: str, at: datetime) -> context.Halt | None:
        """The halt in force that keeps the account from opening this; as ledger.active_halt."""
        about = {"global": None, "account": account_id, "symbol": symbol, "strategy": strategy_id}
        found = [
            halt
            for halt in self.halts
            if halt.value == about[halt.scope]
            and halt.halted_at <= at
            and (halt.resumed_at is None or at < halt.resumed_at)
        ]
        if not found:
            return None
        # Of one scope the newest tells.
        first = min(found, key=lambda halt: (_SCOPES.index(halt.scope), -halt.halted_at.timestamp()))
        return context.Halt(scope=first.scope, value=first.value or "", reason=first.reason)

    def news_at(self, at: datetime, ahead: timedelta) -> tuple[context.NewsWindow, ...]:
        """The windows that are open, and those that begin so soon after it; as ledger.risk_facts."""
        return tuple(
            context.NewsWindow.model_validate(window.model_dump(exclude={"enabled"}))
            for window in _ordered(self.news_windows)
            if window.enabled and window.starts_at - ahead <= at < window.ends_at
        )

    def groups_of(self, symbol: str) -> tuple[context.CorrelationGroup, ...]:
        """The groups that a symbol belongs to; as ledger.risk_facts."""
        return tuple(
            context.CorrelationGroup.model_validate(group.model_dump())
            for group in sorted(self.correlation_groups, key=lambda group: group.group_id)
            if symbol in group.symbols
        )


def _ordered(windows: Sequence[NewsWindow]) -> list[NewsWindow]:
    return sorted(windows, key=lambda window: (window.currency, window.starts_at, window.ends_at))
