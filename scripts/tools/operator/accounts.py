"""`scripts/distort account`: open an account, change its limits."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from scripts.tools.operator.documents import Account, Limits
from scripts.tools.operator.ledger import OperatorError
from scripts.tools.operator.options import AsJson, StackName, ask, limit, made, moment, say, unlimited
from scripts.tools.operator.sessions import parse_sessions

app = typer.Typer(no_args_is_help=True, help="Accounts and the limits they are traded within.")

AccountArgument = Annotated[str, typer.Argument(help="Our name for the account.")]
Broker = Annotated[str | None, limit("broker", "The broker's name, for people.")]
Enabled = Annotated[bool | None, limit("enabled", "Whether it may open positions.")]
Risk = Annotated[str | None, limit("risk_per_trade", "What one trade may lose, as a fraction of equity.")]
Strength = Annotated[str | None, limit("min_strength", "The weakest signal to follow, 0 to 1.")]
SignalAge = Annotated[int | None, limit("max_signal_age_seconds", "The oldest signal to follow.")]
OfAccount = Annotated[int | None, limit("max_open_positions_account", "Positions it may hold.")]
OfSymbol = Annotated[int | None, limit("max_open_positions_symbol", "Positions in one symbol.")]
Volume = Annotated[str | None, limit("volume_max_lots", "The most one directive may open, lots.")]
Lifetime = Annotated[int | None, limit("directive_ttl_seconds", "How long a directive to open stays good.")]
Slippage = Annotated[int | None, limit("max_slippage_points", "The deviation a fill may have, points.")]
StateAge = Annotated[int | None, limit("max_state_age_seconds", "The oldest sync a trade is sized by.")]
InFlight = Annotated[int | None, limit("max_in_flight", "Directives without a result before opens wait.")]
Takeover = Annotated[int | None, limit("takeover_seconds", "Silence after which another EA may take over.")]
OfCurrency = Annotated[str | None, limit("max_open_positions_currency", "Positions in one currency.")]
OfGroup = Annotated[str | None, limit("max_open_positions_group", "Positions in one correlation group.")]
NetExposure = Annotated[
    str | None, limit("max_net_exposure_currency", "Net exposure to one currency, in multiples of equity.")
]
DailyLoss = Annotated[str | None, limit("max_daily_loss", "The day's loss that stops opens, of its equity.")]
Drawdown = Annotated[
    str | None, limit("max_drawdown", "The drawdown that stops opens, of the highest equity.")
]
Spread = Annotated[str | None, limit("max_spread_points", "The widest spread to open at, points.")]
MarginUse = Annotated[str | None, limit("max_margin_use", "Margin after an open, of equity.")]
Losses = Annotated[str | None, limit("max_consecutive_losses", "Losses in a row that cool it down.")]
CoolDown = Annotated[str | None, limit("cool_down_seconds", "How long nothing is opened after them.")]
Sessions = Annotated[
    str | None, limit("sessions", "When it may open positions, UTC, e.g. 'mon-fri 07:00-16:30'.")
]
OppositeSide = Annotated[
    str | None, limit("opposite_positions", "What an open does to the other side: hedge, ignore or reverse.")
]
Duplicates = Annotated[
    bool | None, limit("allow_duplicates", "Whether a strategy may open more of what it holds.")
]
MarksSince = Annotated[
    str | None, limit("equity_marks_since", "Forget equity of before this time when counting losses; or now.")
]

NetDeposits = Annotated[
    str | None,
    limit("net_deposits", "All that was paid in so far, less what was taken out."),
]


@app.command("open")
def open_account(
    account_id: AccountArgument,
    login: Annotated[int, typer.Option(help="The MetaTrader login number.")],
    server: Annotated[str, typer.Option(help="The trade server, as the terminal names it.")],
    currency: Annotated[str, typer.Option(help="The deposit currency.")],
    *,
    broker: Broker = None,
    enabled: Enabled = None,
    risk_per_trade: Risk = None,
    min_strength: Strength = None,
    max_signal_age_seconds: SignalAge = None,
    max_open_positions_account: OfAccount = None,
    max_open_positions_symbol: OfSymbol = None,
    volume_max_lots: Volume = None,
    directive_ttl_seconds: Lifetime = None,
    max_slippage_points: Slippage = None,
    max_state_age_seconds: StateAge = None,
    max_in_flight: InFlight = None,
    takeover_seconds: Takeover = None,
    max_open_positions_currency: OfCurrency = None,
    max_open_positions_group: OfGroup = None,
    max_net_exposure_currency: NetExposure = None,
    max_daily_loss: DailyLoss = None,
    max_drawdown: Drawdown = None,
    max_spread_points: Spread = None,
    max_margin_use: MarginUse = None,
    max_consecutive_losses: Losses = None,
    cool_down_seconds: CoolDown = None,
    sessions: Sessions = None,
    opposite_positions: OppositeSide = None,
    allow_duplicates: Duplicates = None,
    equity_marks_since: MarksSince = None,
    net_deposits: NetDeposits = None,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Open an account with its limits. The same again changes nothing."""
    options = _limits(locals())
    identity = {"account_id": account_id, "login": login, "server": server, "currency": currency}
    account = made(lambda: Account.model_validate(identity | options))
    answer = ask(stack, lambda operator: operator.open_account(account))
    say(answer, f"account {account_id} is open", as_json=as_json)


@app.command("change")
def change_account(
    account_id: AccountArgument,
    *,
    broker: Broker = None,
    enabled: Enabled = None,
    risk_per_trade: Risk = None,
    min_strength: Strength = None,
    max_signal_age_seconds: SignalAge = None,
    max_open_positions_account: OfAccount = None,
    max_open_positions_symbol: OfSymbol = None,
    volume_max_lots: Volume = None,
    directive_ttl_seconds: Lifetime = None,
    max_slippage_points: Slippage = None,
    max_state_age_seconds: StateAge = None,
    max_in_flight: InFlight = None,
    takeover_seconds: Takeover = None,
    max_open_positions_currency: OfCurrency = None,
    max_open_positions_group: OfGroup = None,
    max_net_exposure_currency: NetExposure = None,
    max_daily_loss: DailyLoss = None,
    max_drawdown: Drawdown = None,
    max_spread_points: Spread = None,
    max_margin_use: MarginUse = None,
    max_consecutive_losses: Losses = None,
    cool_down_seconds: CoolDown = None,
    sessions: Sessions = None,
    opposite_positions: OppositeSide = None,
    allow_duplicates: Duplicates = None,
    equity_marks_since: MarksSince = None,
    net_deposits: NetDeposits = None,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Change limits of an account: those that are given."""
    options = _limits(locals())
    if not options:
        raise OperatorError("nothing to change: name at least one limit")
    changes = made(lambda: Limits.model_validate(options)).as_json()
    answer = ask(
        stack,
        lambda operator: operator.change_account(account_id, {name: changes[name] for name in options}),
    )
    verdict = "is changed" if answer.get("changed") else "had these limits already"
    say(answer, f"account {account_id} {verdict}", as_json=as_json)


def _since(text: str) -> datetime:
    return datetime.now(UTC) if text == "now" else moment(text)


# How limits that can be taken back are read; the others are typed as they are.
_PARSED: dict[str, Callable[[str], object]] = {
    "max_open_positions_currency": int,
    "max_open_positions_group": int,
    "max_net_exposure_currency": str,
    "max_daily_loss": str,
    "max_drawdown": str,
    "max_spread_points": int,
    "max_margin_use": str,
    "max_consecutive_losses": int,
    "cool_down_seconds": int,
    "sessions": parse_sessions,
    "opposite_positions": str,
    "equity_marks_since": _since,
    "net_deposits": str,
}


def _limits(options: dict[str, Any]) -> dict[str, Any]:
    """The limits that were given; null where one is taken back. Raises OperatorError."""
    typed = {name: options[name] for name in Limits.model_fields if options[name] is not None}
    return {
        name: unlimited(name, value, _PARSED[name]) if name in _PARSED else value
        for name, value in typed.items()
    }
