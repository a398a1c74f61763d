"""`scripts/distort stack`: bring the local backend up, look at it, take it down."""

import json
import shlex
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from scripts.tools.stack import background, health
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.stack import Ports
from scripts.tools.stack.state import Home, State
from scripts.tools.stack.supervisor import Wish, supervise

DOWN = 3  # exit code of `status` when not everything runs

app = typer.Typer(no_args_is_help=True, help="The local backend: PostgreSQL, PostgREST and the functions.")
_notes = Console(stderr=True, highlight=False, soft_wrap=True)

Name = Annotated[str, typer.Option("--name", help="Which stack; several may run side by side.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text for people.")]
Supabase = Annotated[
    bool, typer.Option("--supabase", help="Use `supabase start` instead of the embedded stack.")
]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="A port that must be used.")]
Workers = Annotated[int, typer.Option(min=1, max=32, help="Worker processes of the functions.")]


@app.command()
def up(
    name: Name = "dev",
    *,
    supabase: Supabase = False,
    foreground: Annotated[bool, typer.Option("--foreground", help="Stay until Ctrl-C.")] = False,
    postgres_port: Port = None,
    rest_port: Port = None,
    functions_port: Port = None,
    workers: Workers = 2,
    as_json: AsJson = False,
) -> None:
    """Start the stack, apply pending migrations and print where everything is.

    Data is kept between starts. Without --foreground a supervisor stays behind, which restarts
    services that die, until `stack down`.
    """
    ports = Ports(postgres_port, rest_port, functions_port)
    wish = Wish(name, "supabase" if supabase else "embedded", ports, workers)
    if foreground:
        _stay(wish, as_json=as_json)
    else:
        _show(name, background.up(wish, _note), as_json=as_json)


@app.command()
def down(name: Name = "dev") -> None:
    """Stop the stack; its data is kept."""
    stopped = background.down(name)
    _note(f"stack {name} is stopped" if stopped else f"stack {name} was not running")


@app.command()
def status(name: Name = "dev", *, as_json: AsJson = False) -> None:
    """Show what runs; exit code 0 when everything does, 3 when not."""
    state = Home(name).load()
    healthy = state is not None and health.all_healthy(state)
    lines = health.of(state) if state else []
    if as_json:
        _print_json({"name": name, "healthy": healthy, "services": [line.as_document() for line in lines]})
    elif lines:
        Console().print(_table(lines))
    else:
        _note(f"stack {name} is not running")
    raise typer.Exit(0 if healthy else DOWN)


@app.command()
def reset(name: Name = "dev", *, supabase: Supabase = False, as_json: AsJson = False) -> None:
    """Remove the stack's data and start it afresh, with all migrations applied."""
    if supabase:
        raise StackError("for Supabase's own stack use `scripts/distort supabase db reset`")
    background.reset(name)
    _note(f"the data of stack {name} is removed")
    _show(name, background.up(Wish(name), _note), as_json=as_json)


@app.command()
def env(name: Name = "dev", *, as_json: AsJson = False) -> None:
    """Print DATABASE_URL and the functions' environment, secrets included, for `eval` or a .env file."""
    state = Home(name).load()
    if state is None or not state.environment:
        raise StackError(f"stack {name} has never been up; run `scripts/distort stack up --name {name}`")
    if as_json:
        _print_json(state.environment)
        return
    for variable, value in state.environment.items():
        sys.stdout.write(f"export {variable}={shlex.quote(value)}\n")


def _stay(wish: Wish, *, as_json: bool) -> None:
    def tell(message: dict[str, object]) -> None:
        if "progress" in message:
            _note(str(message["progress"]))
        elif message.get("busy"):
            raise StackError(f"stack {wish.name} is running already; `scripts/distort stack status` shows it")
        else:
            _show(wish.name, Home(wish.name).load(), as_json=as_json)
            _note("Ctrl-C stops it")

    supervise(wish, tell)
    _note(f"stack {wish.name} is stopped")


def _show(name: str, state: State | None, *, as_json: bool) -> None:
    urls = state.urls if state else {}
    if as_json:
        _print_json({"name": name, "urls": urls})
        return
    table = Table(title=f"stack {name} is up", show_header=False, title_justify="left")
    for service, url in urls.items():
        table.add_row(service, url)
    Console(soft_wrap=True).print(table)
    _note(f"`scripts/distort stack env --name {name}` prints the secrets that go with them")


def _table(lines: list[health.Health]) -> Table:
    table = Table("service", "pid", "port", "healthy", "log")
    for line in lines:
        verdict = "[green]yes[/]" if line.healthy else "[red]no[/]"
        table.add_row(line.service, str(line.pid or "-"), str(line.port or "-"), verdict, line.log)
    return table


def _note(message: str) -> None:
    _notes.print(message, markup=False)


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
