"""The numbers a decision rests on, by name, so that it can be judged years later without anything else."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from functions.contract.account import Instrument
from functions.contract.decision import Number
from functions.contract.scalars import decimal_text, timestamp_text
from functions.director.context import Limits, ReportedState
from functions.director.rules import Case, exposure, losses, market, positions, stops_level
from functions.director.sizing import Sizing, recorded

_Known = Mapping[str, Decimal | Number]


def numbers_of(case: Case) -> dict[str, Number]:
    """Everything known about the case when it was decided; what is not known is not named."""
    return _written(
        {
            **_signal_numbers(case),
            **_limit_numbers(case.context.limits),
            **_state_numbers(case, case.context.state),
            **_instrument_numbers(case.context.instrument),
            **_position_numbers(case),
            **_halt_numbers(case),
        }
    )


def open_numbers(case: Case) -> dict[str, Number]:
    """What an open is judged by besides: how the volume came about, and the limits that the account has."""
    known = {
        **_sizing_numbers(case.sizing),
        **_loss_numbers(case),
        **_count_numbers(case),
        **_exposure_numbers(case),
        **_market_numbers(case),
        "allocation": case.context.subscription.allocation,
        "exposures_token": case.context.exposures_token,
        "opposite_positions": case.limits.opposite_positions,
        "positions_reversed": len(case.reversed) or None,
        "positions_withdrawn": len(case.leaving) - len(case.reversed) or None,
    }
    return _written({name: value for name, value in known.items() if value is not None})


def _sizing_numbers(sizing: Sizing | None) -> _Known:
    if sizing is None:
        return {}
    return {
        "risk_amount": sizing.risk_amount,
        "stop_distance": sizing.stop_distance,
        "loss_per_lot": sizing.loss_per_lot,
        "volume_raw_lots": sizing.volume_raw_lots,
        "volume_lots": sizing.volume_lots,
    }


def _loss_numbers(case: Case) -> _Known:
    limits, streak = case.limits, case.context.losing_streak
    daily = limits.max_daily_loss is not None
    falling = limits.max_drawdown is not None
    known: dict[str, Decimal | Number] = {
        "max_daily_loss": limits.max_daily_loss,
        "day_start_equity": losses.day_start_equity(case) if daily else None,
        "daily_loss": losses.daily_loss(case) if daily else None,
        "max_drawdown": limits.max_drawdown,
        "high_water_equity": losses.high_water_equity(case) if falling else None,
        "drawdown": losses.drawdown(case) if falling else None,
    }
    if limits.max_consecutive_losses is not None and streak is not None:
        known |= {
            "max_consecutive_losses": limits.max_consecutive_losses,
            "consecutive_losses": streak.losses,
            "cool_down_seconds": limits.cool_down_seconds,
            "last_loss_at": timestamp_text(streak.last_loss_at) if streak.last_loss_at else None,
        }
    return known


def _count_numbers(case: Case) -> _Known:
    counted = {
        "strategy": (
            case.context.subscription.max_open_positions_strategy,
            positions.open_positions_strategy,
        ),
        "currency": (case.limits.max_open_positions_currency, positions.open_positions_currency),
        "group": (case.limits.max_open_positions_group, positions.open_positions_group),
    }
    known: dict[str, Decimal | Number] = {}
    for scope, (limit, count) in counted.items():
        if limit is not None:
            known[f"max_open_positions_{scope}"] = limit
            known[f"open_positions_{scope}"] = None if case.context.holdings is None else count(case)
    if case.limits.allow_duplicates is False:
        known["positions_alike"] = len(case.alike)
    return known


def _exposure_numbers(case: Case) -> _Known:
    known: dict[str, Decimal | Number] = {}
    if case.context.holdings is None:
        return known
    largest = exposure.net_exposure(case) if case.limits.max_net_exposure_currency is not None else None
    if largest is not None:
        known |= {
            "max_net_exposure_currency": case.limits.max_net_exposure_currency,
            "net_exposure_currency": largest[0],
            "net_exposure": recorded(largest[1]),
        }
    used = exposure.margin_after(case) if case.limits.max_margin_use is not None else None
    if used is not None:
        known |= {
            "max_margin_use": case.limits.max_margin_use,
            "margin_after": recorded(used),
        }
    return known


def _market_numbers(case: Case) -> _Known:
    news = market.news_of(case)
    return {
        "max_spread_points": case.limits.max_spread_points,
        "spread_points": case.context.spread_points,
        "sessions_of_day": market.sessions_of_day(case),
        "news_currency": news.currency if news else None,
        "news_label": news.label if news else None,
    }


def _signal_numbers(case: Case) -> _Known:
    signal = case.signal
    return {
        "age_seconds": _seconds(case.at - signal.created_at),
        "remaining_seconds": _seconds(signal.expires_at - case.at),
        "strength": signal.strength,
        "entry_price": signal.entry_price,
        "stop_loss": signal.stop_loss,
        "take_profit": signal.take_profit,
    }


def _limit_numbers(limits: Limits) -> _Known:
    return {
        "risk_per_trade": limits.risk_per_trade,
        "min_strength": limits.min_strength,
        "max_signal_age_seconds": limits.max_signal_age_seconds,
        "max_state_age_seconds": limits.max_state_age_seconds,
        "max_open_positions_account": limits.max_open_positions_account,
        "max_open_positions_symbol": limits.max_open_positions_symbol,
        "volume_max_lots": limits.volume_max_lots,
        "directive_ttl_seconds": limits.directive_ttl_seconds,
        "max_slippage_points": limits.max_slippage_points,
    }


def _state_numbers(case: Case, state: ReportedState | None) -> _Known:
    if state is None:
        return {}
    return {
        "balance": state.balance,
        "equity": state.equity,
        "margin": state.margin,
        "free_margin": state.free_margin,
        "leverage": state.leverage,
        "currency": state.currency,
        "trade_allowed": state.trade_allowed,
        "state_age_seconds": _seconds(case.at - state.reported_at),
    }


def _instrument_numbers(instrument: Instrument | None) -> _Known:
    if instrument is None:
        return {}
    return {
        "tick_size": instrument.tick_size,
        "tick_value": instrument.tick_value,
        "instrument_volume_min_lots": instrument.volume_min_lots,
        "instrument_volume_max_lots": instrument.volume_max_lots,
        "instrument_volume_step_lots": instrument.volume_step_lots,
        "stops_level_points": instrument.stops_level_points,
        "stops_level": stops_level(instrument),
    }


def _position_numbers(case: Case) -> _Known:
    return {
        "enabled": case.context.enabled,
        "risk_multiplier": case.context.subscription.risk_multiplier,
        "open_positions_account": case.context.open_positions_account,
        "open_positions_symbol": case.context.open_positions_symbol,
    }


def _halt_numbers(case: Case) -> _Known:
    halt = case.context.halted
    if halt is None:
        return {}
    return {"halt_scope": halt.scope, "halt_value": halt.value, "halt_reason": halt.reason}


def _written(known: _Known) -> dict[str, Number]:
    """Decimals as text, so that a product too large for a contract decimal is recorded all the same."""
    return {
        name: decimal_text(value) if isinstance(value, Decimal) else value for name, value in known.items()
    }


def _seconds(span: timedelta) -> Decimal:
    """Exact to the microsecond, which a float of seconds would not be."""
    return Decimal(span // timedelta(microseconds=1)).scaleb(-6)
