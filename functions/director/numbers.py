"""The numbers a decision rests on, by name, so that it can be judged years later without anything else."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from functions.contract.account import Instrument
from functions.contract.decision import Number
from functions.contract.scalars import decimal_text
from functions.director.context import Limits, ReportedState
from functions.director.rules import Case, stops_level
from functions.director.sizing import Sizing

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


def sizing_numbers(sizing: Sizing | None) -> dict[str, Number]:
    """How the volume came about; nothing if it could not be computed."""
    if sizing is None:
        return {}
    return _written(
        {
            "risk_amount": sizing.risk_amount,
            "stop_distance": sizing.stop_distance,
            "loss_per_lot": sizing.loss_per_lot,
            "volume_raw_lots": sizing.volume_raw_lots,
            "volume_lots": sizing.volume_lots,
        }
    )


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
        "free_margin": state.free_margin,
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
