"""The operator's commands of `scripts/distort`: account, strategy, subscribe, key, halt, resume, ..."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.tools.operator.accounts import app as accounts
from scripts.tools.operator.directives import app as directives
from scripts.tools.operator.directives import dismiss
from scripts.tools.operator.documents import Strategy, Subscription
from scripts.tools.operator.ledger import KeyRole, OperatorError
from scripts.tools.operator.options import (
    NO_LIMIT,
    NONE,
    AsJson,
    Reason,
    StackName,
    ask,
    given,
    made,
    moment,
    say,
    unlimited,
)
from scripts.tools.operator.risk import groups, news

strategies = typer.Typer(no_args_is_help=True, help="What the generator runs.")
keys = typer.Typer(no_args_is_help=True, help="API keys of the parties that call the functions.")
partitions = typer.Typer(no_args_is_help=True, help="The ledger's months.")


class Scope(StrEnum):
    """What a halt is about."""

    GLOBAL = "global"
    ACCOUNT = "account"
    SYMBOL = "symbol"
    STRATEGY = "strategy"


ScopeArgument = Annotated[Scope, typer.Argument(help="What is meant.")]
Value = Annotated[str | None, typer.Argument(help="Which account, symbol or strategy; nothing for global.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(accounts, name="account")
    app.add_typer(strategies, name="strategy")
    app.add_typer(keys, name="key")
    app.add_typer(partitions, name="partitions")
    app.add_typer(directives, name="directive")
    app.add_typer(groups, name="group")
    app.add_typer(news, name="news")
    app.command()(subscribe)
    app.command()(halt)
    app.command()(resume)
    app.command()(dismiss)


@strategies.callback()
def _strategies() -> None:
    """What the generator runs."""


@partitions.callback()
def _partitions() -> None:
    """The ledger's months."""


@strategies.command("save")
def save_strategy(
    strategy_id: Annotated[str, typer.Argument(help="Its name; part of every signal's identity.")],
    kind: Annotated[str, typer.Option(help="Which strategy of functions/generator/strategies.")],
    symbol: Annotated[list[str], typer.Option(help="A symbol to watch; may be given several times.")],
    timeframe: Annotated[str, typer.Option(help="M1, M5, M15, M30, H1, H4 or D1.")],
    parameters: Annotated[str, typer.Option(help="A JSON object, or @FILE with one.")],
    bar_source: Annotated[str | None, typer.Option(help="feed, or account:ID.")] = None,
    *,
    enabled: bool = True,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Add a strategy, or change its parameters."""
    strategy = made(
        lambda: Strategy.model_validate(
            given(
                strategy_id=strategy_id,
                kind=kind,
                symbols=tuple(symbol),
                timeframe=timeframe,
                bar_source=bar_source,
                parameters=_parameters(parameters),
                enabled=enabled,
            )
        )
    )
    answer = ask(stack, lambda operator: operator.save_strategy(strategy))
    say(answer, f"strategy {strategy_id} is saved; it reads {strategy.warm_up_bars} bars", as_json=as_json)


def subscribe(
    account_id: Annotated[str, typer.Argument(help="The account that follows.")],
    strategy_id: Annotated[str, typer.Argument(help="The strategy it follows.")],
    risk_multiplier: Annotated[str, typer.Option(help="Scales the account's risk per trade.")] = "1",
    allocation: Annotated[
        str, typer.Option(help=f"The fraction of equity to size from ({NO_LIMIT}).")
    ] = NONE,
    max_open_positions_strategy: Annotated[
        str, typer.Option(help=f"Positions of this strategy ({NO_LIMIT}).")
    ] = NONE,
    *,
    enabled: bool = True,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Let an account follow a strategy, or change how."""
    subscription = made(
        lambda: Subscription.model_validate(
            {
                "account_id": account_id,
                "strategy_id": strategy_id,
                "risk_multiplier": risk_multiplier,
                "allocation": unlimited("allocation", allocation, str),
                "max_open_positions_strategy": unlimited(
                    "max_open_positions_strategy", max_open_positions_strategy, int
                ),
                "enabled": enabled,
            }
        )
    )
    answer = ask(stack, lambda operator: operator.subscribe(subscription))
    verb = "follows" if enabled else "no longer follows"
    say(answer, f"account {account_id} {verb} strategy {strategy_id}", as_json=as_json)


@keys.command("issue")
def issue_key(
    role: Annotated[KeyRole, typer.Argument(help="What its holder is.")],
    account: Annotated[str | None, typer.Option(help="The one account of an officer's key.")] = None,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    expires: Annotated[str | None, typer.Option(help="When it ends by itself, e.g. 2027-01-31.")] = None,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Issue an API key and show it, this once: the ledger keeps only a hash."""
    if (role == "officer") != (account is not None):
        raise OperatorError("an officer's key, and no other, is bound to an account (--account)")

    def issue(operator: Any) -> dict[str, str]:
        until = moment(expires) if expires else None
        key = operator.issue_key(role, account_id=account, label=label, expires_at=until)
        return {"key_id": key.key_id, "api_key": key.api_key}

    answer = ask(stack, issue)
    say(answer, f"{answer['api_key']}\nKeep it: it is not shown again.", as_json=as_json)


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The twelve characters after ds_.")],
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """End an API key; the functions forget it within seconds."""
    answer = ask(stack, lambda operator: operator.revoke_key(key_id))
    say(answer, f"key {key_id} is revoked", as_json=as_json)


def halt(
    scope: ScopeArgument,
    reason: Reason,
    value: Value = None,
    *,
    close_all: Annotated[
        bool, typer.Option("--close-all", help="Also close every position in scope, on all accounts.")
    ] = False,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Stop opening positions, at once; closing goes on.

    Officers are offered, and granted, no opens from their next call on. With --close-all they are given a
    close for every position, which never expires.
    """
    scoped = f"halted: {scope.value} {value or ''}".rstrip()
    if not close_all:
        say(ask(stack, lambda operator: operator.halt(scope.value, value, reason)), scoped, as_json=as_json)
        return
    answer = ask(stack, lambda operator: operator.halt_and_close(scope.value, value, reason))
    closing = f"{answer['accounts_closing']} times an account was given its closes"
    left = (
        f"{answer['positions_left']} positions are on their way in and are closed by the next director's run"
    )
    say(answer, f"{scoped}\n{closing}; {left}", as_json=as_json)


def resume(
    scope: ScopeArgument,
    reason: Reason,
    value: Value = None,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Take a halt of the same scope and value back."""
    answer = ask(stack, lambda operator: operator.resume(scope.value, value, reason))
    say(answer, f"resumed: {scope.value} {value or ''}".rstrip(), as_json=as_json)


@partitions.command("make")
def make_partitions(
    first: Annotated[str | None, typer.Option("--from", help="The first month, e.g. 2026-01.")] = None,
    months: Annotated[int, typer.Option(min=1, max=600, help="How many months.")] = 12,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Make the partitions of months ahead of time; those that exist stay as they are."""
    since = moment(first) if first else datetime.now(UTC)
    answer = ask(stack, lambda operator: operator.make_partitions(since, months))
    say(answer, f"{answer['made']} months are new", as_json=as_json)


def _parameters(text: str) -> dict[str, Any]:
    try:
        source = Path(text[1:]).read_text() if text.startswith("@") else text
        parameters = json.loads(source)
    except (OSError, ValueError) as error:
        raise OperatorError(f"--parameters cannot be read: {error}") from None
    if not isinstance(parameters, dict):
        raise OperatorError("--parameters must be a JSON object")
    return parameters
