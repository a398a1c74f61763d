"""What a backtest is asked for: reads accounts, strategies with their grids, and the instrument."""

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from functions.contract.account import Instrument
from functions.contract.problems import Problem
from functions.contract.scalars import AccountId, Currency, Integer, PositiveDecimal, StrategyId
from functions.director.context import Subscription
from scripts.tools.backtest.engine.restrictions import Restrictions
from scripts.tools.backtest.engine.setup import AccountSetup
from scripts.tools.backtest.errors import BacktestError, Code
from scripts.tools.demo import cast
from scripts.tools.demo.bars_file import BarsFile
from scripts.tools.operator.documents import Limits, Strategy

# What the simulated broker's clock is ahead of UTC: two hours, as with most brokers in winter.
SERVER_TIME_OFFSET_SECONDS = 7_200

Model = TypeVar("Model", bound=BaseModel)


class SubscriptionFile(Subscription):
    """How the account follows a strategy, as for `distort subscribe`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    risk_multiplier: PositiveDecimal = Decimal(1)


class AccountFile(Limits):
    """An account as a file describes it: the limits of `distort account open`, and its money.

    subscriptions: by strategy; without them the account follows every strategy.
    """

    account_id: AccountId = "backtest"
    currency: Currency
    balance: PositiveDecimal = cast.BALANCE
    leverage: Annotated[Integer, Field(ge=1, le=100_000)] = cast.LEVERAGE
    server_time_offset_seconds: Annotated[Integer, Field(ge=-86_400, le=86_400)] = SERVER_TIME_OFFSET_SECONDS
    subscriptions: dict[StrategyId, SubscriptionFile] | None = None


@dataclass(frozen=True, slots=True)
class Candidates:
    """A strategy with each of the parameter sets of its grid; only one without a grid."""

    strategies: tuple[Strategy, ...]
    has_grid: bool


def accounts_of(files: Sequence[Path], bars: BarsFile, strategy_ids: Sequence[str]) -> list[AccountSetup]:
    """The accounts of the files, or those of the demo. Raises BacktestError."""
    currency = cast.accounts(bars)[0].currency
    read = [
        _valid(
            AccountFile,
            {"currency": currency, **_object(file, "account_unreadable")},
            file,
            "account_invalid",
        )
        for file in files
    ] or [
        AccountFile.model_validate(
            account.model_dump(include={"account_id", "currency", *Limits.model_fields})
        )
        for account in cast.accounts(bars)
    ]
    if len({account.account_id for account in read}) < len(read):
        raise BacktestError("accounts_ambiguous", "two accounts have the same account_id")
    if len({account.currency for account in read}) > 1:
        raise BacktestError("accounts_ambiguous", "the accounts are kept in different currencies")
    return [_account(account, strategy_ids) for account in read]


def strategies_of(named: Sequence[str], parameters: str | None, bars: BarsFile) -> list[Candidates]:
    """The strategies named, each a file or a kind with its parameters, or those of the demo."""
    if not named:
        return [Candidates((strategy,), has_grid=False) for strategy in cast.strategies(bars)]
    made = [_strategy(each, parameters, bars) for each in named]
    if len({each.strategies[0].strategy_id for each in made}) < len(made):
        raise BacktestError("strategy_invalid", "two strategies have the same strategy_id")
    return made


def instrument_of(file: Path | None, bars: BarsFile, contract_size: Decimal) -> Instrument:
    """The contract specification in the file, or what the demo's broker would quote the symbol with."""
    given = cast.instrument(bars, contract_size)
    given.pop("commission_per_lot")
    if file is not None:
        given |= _object(file, "instrument_unreadable")
    if given["symbol"] != bars.symbol:
        raise BacktestError("instrument_invalid", f"{file}: it is not about {bars.symbol}")
    return _valid(Instrument, given, file, "instrument_invalid")


def restrictions_of(file: Path | None) -> Restrictions:
    """The halts, news windows and correlation groups of the file; none without one. Raises BacktestError."""
    if file is None:
        return Restrictions()
    return _valid(Restrictions, _object(file, "restrictions_unreadable"), file, "restrictions_invalid")


def _account(account: AccountFile, strategy_ids: Sequence[str]) -> AccountSetup:
    given = account.subscriptions
    unknown = set(given or ()) - set(strategy_ids)
    if unknown:
        raise BacktestError(
            "account_invalid", f"{account.account_id} subscribes to {min(unknown)}, which is not backtested"
        )
    return AccountSetup(
        account_id=account.account_id,
        currency=account.currency,
        balance=account.balance,
        leverage=account.leverage,
        server_time_offset_seconds=account.server_time_offset_seconds,
        limits=Limits.model_validate(account.model_dump(include=set(Limits.model_fields))),
        subscriptions=dict.fromkeys(strategy_ids, SubscriptionFile()) if given is None else given,
    )


def _strategy(named: str, parameters: str | None, bars: BarsFile) -> Candidates:
    if named.endswith(".json") or Path(named).is_file():
        given, where = _object(Path(named), "strategy_unreadable"), named
    else:
        given, where = {"kind": named, "parameters": _parsed(parameters, named)}, f"--strategy {named}"
    default = {
        "strategy_id": str(given.get("kind", "")).replace("_", "-"),
        "symbols": [bars.symbol],
        "timeframe": bars.timeframe,
    }
    grid = given.pop("grid", None)
    combinations = _combinations(grid, where)
    valid = [_made(default | given, each) for each in combinations]
    made = tuple(each for each in valid if isinstance(each, Strategy))
    if not made:
        raise BacktestError("strategy_invalid", f"{where}: {valid[0]}")
    if bars.symbol not in made[0].symbols or bars.timeframe != made[0].timeframe:
        raise BacktestError("strategy_invalid", f"{where}: it does not watch {bars.symbol} {bars.timeframe}")
    return Candidates(made, has_grid=grid is not None)


def _parsed(parameters: str | None, kind: str) -> dict[str, Any]:
    if parameters is None:
        raise BacktestError(
            "strategy_invalid", f"--strategy {kind} is no file, and as a kind it needs --parameters"
        )
    return _json_object(parameters, "--parameters", "strategy_unreadable")


def _combinations(grid: object, where: str) -> list[dict[str, Any]]:
    """Every choice of one value for each parameter of the grid, the last one changing fastest."""
    if grid is None:
        return [{}]
    if not isinstance(grid, Mapping) or not all(isinstance(each, list) and each for each in grid.values()):
        raise BacktestError("strategy_invalid", f"{where}: grid is to give a list of values by parameter")
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def _made(given: Mapping[str, Any], chosen: Mapping[str, Any]) -> Strategy | str:
    """The strategy with its parameters of the grid; or why there is none: not all of them fit together."""
    try:
        parameters = {**dict(given.get("parameters", {})), **chosen}
        return Strategy.model_validate({**given, "parameters": parameters})
    except Problem as problem:
        return f"{problem.detail} {problem.hint or ''}".strip()
    except ValidationError as error:
        return _first(error)
    except (TypeError, ValueError):
        return "parameters is to be an object"


def _valid(model: type[Model], given: Mapping[str, Any], file: Path | None, code: Code) -> Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise BacktestError(code, f"{file or 'the symbol'}: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}".removeprefix(": ")


def _object(file: Path, code: Code) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BacktestError(code, f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BacktestError(code, f"{file}: is no UTF-8 text") from None
    return _json_object(text, str(file), code)


def _json_object(text: str, where: str, code: Code) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise BacktestError(code, f"{where}: is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise BacktestError(code, f"{where}: is to be a JSON object")
    return found
