"""Where an entry is given up and where it takes its profit: rules that several strategies share."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from functions.contract.bar import Bar
from functions.contract.scalars import Integer, PositiveDecimal, Side
from functions.generator.strategies.numbers import rounded


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AtrStop(_Rule):
    """A stop so many average true ranges (ATR) away from the entry."""

    kind: Literal["atr"]
    distance_atr: PositiveDecimal


class SwingStop(_Rule):
    """A stop a bit beyond the lowest low (of a buy; of a sell the highest high) of the last bars.

    bars: how many, the last one included. buffer_atr: how much further, in ATRs.
    """

    kind: Literal["swing"]
    bars: Annotated[Integer, Field(ge=2, le=200)]
    buffer_atr: PositiveDecimal


StopRule = Annotated[AtrStop | SwingStop, Field(discriminator="kind")]


def stop_price(
    rule: AtrStop | SwingStop, side: Side, bars: Sequence[Bar], atr: Decimal, digits: int
) -> Decimal:
    """The stop of an entry at the close of the last bar, in the quote currency, rounded to the digits.

    The rule alone decides: whether the price makes sense (beyond the entry, above zero) is for the caller.
    """
    away = -1 if side == "buy" else 1
    if isinstance(rule, AtrStop):
        return bars[-1].close + away * rounded(atr * rule.distance_atr, digits)
    recent = bars[-rule.bars :]
    extreme = min(bar.low for bar in recent) if side == "buy" else max(bar.high for bar in recent)
    return extreme + away * rounded(atr * rule.buffer_atr, digits)


def target_price(
    entry: Decimal, stop_loss: Decimal, reward_to_risk: Decimal | None, digits: int
) -> Decimal | None:
    """The price at which the profit is so many times what the stop would cost; None if there is no target."""
    if reward_to_risk is None:
        return None
    return entry + rounded((entry - stop_loss) * reward_to_risk, digits)
