"""What can be wrong with a backtest, by a stable code and in a sentence."""

from typing import Literal

from scripts.tools.stack.errors import StackError

Code = Literal[
    "account_invalid",
    "account_unreadable",
    "accounts_ambiguous",
    "bars_too_few",
    "bars_unreadable",
    "instrument_invalid",
    "instrument_unreadable",
    "output_unwritable",
    "restrictions_invalid",
    "restrictions_unreadable",
    "statistic_unknown",
    "strategy_invalid",
    "strategy_unreadable",
    "strategy_without_grid",
    "windows_invalid",
]


class BacktestError(StackError):
    """The backtest cannot be run as asked. A StackError: the command line prints it and no traceback."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
