"""`scripts/distort measure`: how long things take on this machine."""

import typer

from scripts.tools.measure.fan_out import measure_fan_out
from scripts.tools.measure.ledger import measure_ledger

app = typer.Typer(no_args_is_help=True, help="How long things take on this machine.")
app.command("ledger")(measure_ledger)
app.command("fan-out")(measure_fan_out)
