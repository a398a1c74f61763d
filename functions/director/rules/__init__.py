"""The rules an open must pass, each a small predicate whose name is the reason it declines with.

Only opens pass through here: a close or a change of stops never adds risk, so neither a halt nor a limit may
stand in its way. docs/risk.md explains each rule.
"""

from collections.abc import Sequence

from functions.director.rules import account, exposure, losses, market, positions, stops
from functions.director.rules.case import Case, Rule, first_broken
from functions.director.rules.stops import stops_level

__all__ = ["CLOSE_RULES", "MODIFY_RULES", "OPEN_RULES", "Case", "Rule", "first_broken", "stops_level"]

# What the operator and the clock forbid comes first, then what is not known, then what the account has lost,
# then what is too much, then what is wrong with the stops, and last what the size would lead to: the first
# reason is the one to do something about.
OPEN_RULES: Sequence[Rule] = (
    account.account_disabled,
    account.trading_halted,
    account.signal_expired,
    account.signal_stale,
    account.strength_below_minimum,
    market.outside_session,
    market.news_window,
    account.account_state_missing,
    account.account_state_stale,
    account.trade_not_allowed,
    account.instrument_unknown,
    market.spread_missing,
    market.max_spread_points,
    losses.equity_marks_missing,
    losses.max_daily_loss,
    losses.max_drawdown,
    losses.losing_streak_missing,
    losses.cooling_down,
    positions.duplicate_position,
    positions.opposite_position,
    positions.max_open_positions_account,
    positions.max_open_positions_symbol,
    positions.holdings_missing,
    positions.max_open_positions_strategy,
    positions.max_open_positions_currency,
    positions.max_open_positions_group,
    stops.stop_loss_missing,
    stops.stops_on_wrong_side,
    stops.stop_too_close,
    stops.volume_below_minimum,
    exposure.holding_unpriced,
    exposure.max_net_exposure_currency,
    exposure.max_margin_use,
)

# New stops computed for a market of the past may be worse than the old ones; a close is right at any time.
MODIFY_RULES: Sequence[Rule] = (account.signal_expired,)
CLOSE_RULES: Sequence[Rule] = ()
