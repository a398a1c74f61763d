"""`scripts/distort group` and `news`: what limits of several accounts refer to."""

from typing import Annotated

import typer

from scripts.tools.operator.documents import CorrelationGroup, NewsWindow
from scripts.tools.operator.options import AsJson, StackName, ask, made, moment, say

groups = typer.Typer(no_args_is_help=True, help="Correlated symbols, for --max-open-positions-group.")
news = typer.Typer(no_args_is_help=True, help="Times in which nothing is opened in a currency.")


@groups.callback()
def _groups() -> None:
    """Correlated symbols, for --max-open-positions-group."""


@news.callback()
def _news() -> None:
    """Times in which nothing is opened in a currency."""


@groups.command("save")
def save_group(
    group_id: Annotated[str, typer.Argument(help="Its name.")],
    symbols: Annotated[list[str] | None, typer.Argument(help="Its symbols; none gives it up.")] = None,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Add a group of symbols that move together, or change which they are."""
    group = made(lambda: CorrelationGroup(group_id=group_id, symbols=tuple(symbols or ())))
    answer = ask(stack, lambda operator: operator.save_correlation_group(group))
    say(answer, f"group {group_id} has {len(group.symbols)} symbols", as_json=as_json)


@news.command("save")
def save_news(
    currency: Annotated[str, typer.Argument(help="The currency, or a symbol that is no pair.")],
    starts: Annotated[str, typer.Option("--from", help="Its first moment, e.g. 2026-01-30T13:00Z.")],
    ends: Annotated[str, typer.Option("--to", help="The first moment after it.")],
    label: Annotated[str, typer.Option(help="What is expected.")],
    *,
    enabled: Annotated[bool, typer.Option(help="--no-enabled calls it off.")] = True,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Add a time in which no account opens anything in a currency, or call it off."""
    window = made(
        lambda: NewsWindow(
            currency=currency, starts_at=moment(starts), ends_at=moment(ends), label=label, enabled=enabled
        )
    )
    answer = ask(stack, lambda operator: operator.save_news_window(window))
    verb = "nothing is opened" if enabled else "news no longer keep anything from being opened"
    say(answer, f"{verb} in {currency} from {answer['starts_at']} to {answer['ends_at']}", as_json=as_json)
