"""What a strategy is: a pure function from closed bars and parameters to proposals, or to none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from functions.contract.bar import Bar
from functions.contract.scalars import Action, Side


class Parameters(BaseModel):
    """What a strategy is run with, as stored with it; no defaults, so that the row is the whole recipe."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # How many bars, counted in the strategy's timeframe, a signal stays valid after the close of its bar.
    valid_bars: int

    @property
    def warm_up_bars(self) -> int:
        """How many closed bars the strategy reads; it reads exactly that many, never more."""
        raise NotImplementedError


# What a proposal is for: to enter (or the close that a strategy means as its own signal), or to leave what an
# earlier one entered. It is part of the signal's identity, so one bar can give one of each.
Purpose = Literal["entry", "opposite_exit", "time_exit", "trailing_stop"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a strategy wants done, before it has an identity and a lifetime.

    Prices are in the quote currency and already rounded to the digits of the data; `strength` lies in 0..1;
    `indicators` are the numbers that led to the proposal, by name. `opened_before`, for a close or a modify,
    limits it to positions whose own signal was created by then, UTC.
    """

    action: Action
    side: Side | None
    strength: Decimal
    entry_price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    indicators: Mapping[str, Decimal]
    purpose: Purpose = "entry"
    opened_before: datetime | None = None


P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True, slots=True)
class Strategy(Generic[P]):
    """One kind of strategy: its name, its parameters, and the function that reads bars, oldest first.

    `propose` gets exactly `parameters.warm_up_bars` bars, all closed, and answers nothing when there is
    nothing to do, else at most one proposal for each purpose and side, in the order they are to be decided.
    It has no clock, no state and no input but its arguments: the same bars give the same proposals.
    """

    kind: str
    parameters: type[P]
    propose: Callable[[Sequence[Bar], P], Sequence[Proposal]]


AnyStrategy = Strategy[Any]
