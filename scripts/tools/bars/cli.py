"""`scripts/distort bars`: market data into the ledger and out of it."""

import typer

from scripts.tools.bars.export import export
from scripts.tools.bars.fetch import fetch
from scripts.tools.bars.gaps import gaps
from scripts.tools.bars.importing import import_bars

app = typer.Typer(no_args_is_help=True, help="Closed bars: into the ledger and out of it.")
app.command("import")(import_bars)
app.command()(export)
app.command()(gaps)
app.command()(fetch)


@app.callback()
def _bars() -> None:
    """Closed bars: into the ledger and out of it."""
