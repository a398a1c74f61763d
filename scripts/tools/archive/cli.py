"""`scripts/distort archive`: months that are over, into the archive, into files, and back."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from functions.archivist.checkpoints import MAX_LEAVES
from functions.archivist.months import RETENTION_DAYS, Archiving
from scripts.tools.archive import ledger, lines
from scripts.tools.archive.export import export_month
from scripts.tools.archive.ledger import ArchiveError, Connection, connected
from scripts.tools.archive.manifest import Manifest, export_id
from scripts.tools.archive.places import place, workroom
from scripts.tools.archive.restore import restore_month
from scripts.tools.archive.verify import verify_export
from scripts.tools.evidence.verify.cli import AsJson, Database, Stack, database_url

app = typer.Typer(no_args_is_help=True, help="Months that are over: archive, export, verify, restore, drop.")

Month = Annotated[list[str] | None, typer.Option("--month", help="A month, e.g. 2026-01; default: all due.")]
To = Annotated[str, typer.Option("--to", help="A folder, or supabase://BUCKET/PREFIX.")]
From = Annotated[str, typer.Option("--from", help="A folder, or supabase://BUCKET/PREFIX.")]
Days = Annotated[int, typer.Option("--retention-days", min=1, help="How long a month stays after its end.")]
At = Annotated[str | None, typer.Option("--at", help="A simulated moment, where the ledger allows one.")]


@app.command()
def run(
    *,
    retention_days: Days = RETENTION_DAYS,
    at: At = None,
    stack: Stack = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Move the months older than the retention whose stories are over; exit code 1 if one has to wait."""
    moment = _moment(at)
    with connected(database_url(stack, database)) as connection:

        def call(function: str, **arguments: Any) -> dict[str, Any]:
            return ledger.call(connection, function, at=moment, **arguments)

        def seal() -> None:
            while call("make_checkpoint", p_max_leaves=MAX_LEAVES)["remaining"]:
                pass

        months = [
            month.model_dump(mode="json")
            for month in Archiving(call, retention_days, seal, sys.maxsize).months()
        ]
    lines.say(months, as_json, lambda month: f"{month['month']}: {lines.standing(month)}", "no month is due")
    raise typer.Exit(1 if any(month["waits_for"] for month in months) else 0)


@app.command()
def status(
    *,
    retention_days: Days = RETENTION_DAYS,
    at: At = None,
    stack: Stack = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Print how far each month is, and which stories keep the months that are due."""
    with connected(database_url(stack, database)) as connection:
        answer = ledger.call(
            connection, "archive_candidates", at=_moment(at), p_retention_days=retention_days
        )
        due = {month["month"]: month for month in answer["months"]}
        found = {row["month"]: row for row in _standings(connection)}
    nothing: dict[str, Any] = {
        "step": None,
        "export": None,
        "recorded_at": None,
        "open_count": 0,
        "open_stories": [],
    }
    months = [
        nothing | {"month": name} | found.get(name, {}) | due.get(name, {}) for name in sorted({*found, *due})
    ]
    lines.say(months, as_json, lines.status, "no month is archived or due")


@app.command()
def export(
    to: To,
    month: Month = None,
    *,
    stack: Stack = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Write archived months as Parquet files with a manifest; those already there stay, unless damaged."""
    where = place(to)
    done = []
    with connected(database_url(stack, database)) as connection, workroom(where) as room:
        for each in _months(connection, month, {"moved", "restored"}):
            folder = export_month(connection, each, room)
            where.put(folder)
            done.append(_recorded(connection, "exported", Manifest.read(folder), export_id(folder), to))
    lines.say(
        done,
        as_json,
        lambda one: f"{one['month']}: exported, manifest {one['export']}",
        "no month is to be exported",
    )


@app.command()
def verify(
    from_: From,
    month: Month = None,
    *,
    stack: Stack = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Read exports back, every row, and hold them against the ledger; exit code 1 if anything differs."""
    where = place(from_)
    done = []
    with connected(database_url(stack, database)) as connection, workroom(where) as room:
        for each in _months(connection, month, {"exported", "verified", "dropped"}):
            found = verify_export(connection, where.get(each, room))
            told: dict[str, Any] = {"month": f"{each:%Y-%m}", "export": found.export, "faults": found.faults}
            if not found.faults and found.compared_with_rows:
                told |= _recorded(connection, "verified", found.manifest, found.export, from_)
            done.append(told)
    lines.say(done, as_json, lines.verdict, "no month is to be verified")
    raise typer.Exit(1 if any(one["faults"] for one in done) else 0)


@app.command()
def restore(
    from_: From,
    month: Annotated[list[str], typer.Option("--month", help="A month, e.g. 2026-01.")],
    *,
    stack: Stack = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Bring exported months back into schema archive; the database URL must be its owner's."""
    where = place(from_)
    done = []
    with connected(database_url(stack, database), role=None) as owner, workroom(where) as room:
        for each in map(_month, month):
            restored = restore_month(owner, where.get(each, room))
            done.append({"month": f"{each:%Y-%m}", "restored": restored is not None})
    lines.say(
        done,
        as_json,
        lambda one: f"{one['month']}: {'restored' if one['restored'] else 'is there, equal'}",
        "",
    )


@app.command()
def drop(
    from_: From,
    month: Annotated[list[str], typer.Option("--month", help="A month, e.g. 2026-01.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    stack: Stack = None,
    database: Database = None,
    as_json: AsJson = False,
) -> None:
    """Drop months from the database whose export was verified, and reads back now as it did then."""
    where = place(from_)
    done = []
    with connected(database_url(stack, database)) as connection, workroom(where) as room:
        for each in map(_month, month):
            state = next((s for s in _standings(connection) if s["month"] == each.isoformat()), None)
            if not state or state["step"] not in ("verified", "dropped"):
                raise ArchiveError(f"{each:%Y-%m} has no verified export: nothing was dropped")
            found = verify_export(connection, where.get(each, room))
            if found.faults or found.export != state["export"]:
                raise ArchiveError(
                    f"{from_} has not the verified export of {each:%Y-%m}: nothing was dropped"
                )
            if state["step"] == "verified" and not yes:
                typer.confirm(f"Drop all rows of {each:%Y-%m}? {from_} has them", abort=True)
            done.append(_taken(connection, "dropped", each, found.export, {"place": from_}))
    lines.say(done, as_json, lambda one: f"{one['month']}: dropped", "")


def _months(connection: Connection, given: Sequence[str] | None, due: set[str]) -> list[date]:
    if given:
        return [_month(name) for name in given]
    return [date.fromisoformat(row["month"]) for row in _standings(connection) if row["step"] in due]


def _month(name: str) -> date:
    try:
        return datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise ArchiveError(f"{name} is no month: write it like 2026-01") from None


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        raise ArchiveError(f"{text} is no moment: write it like 2026-07-15T12:00:00+00:00") from None


def _standings(connection: Connection) -> list[dict[str, Any]]:
    return ledger.rows(
        connection,
        "select distinct on (s.month) s.month::text, s.step, s.export, s.recorded_at::text"
        " from ledger.archive_steps s order by s.month, s.step_no desc",
    )


def _recorded(
    connection: Connection, step: str, manifest: Manifest, export_: str, where: str
) -> dict[str, Any]:
    return _taken(connection, step, manifest.month, export_, {"rows": manifest.counts(), "place": where})


def _taken(
    connection: Connection, step: str, month: date, export_: str, details: dict[str, Any]
) -> dict[str, Any]:
    answer = ledger.call(
        connection, "archive_step", p_month=month, p_step=step, p_export=export_, p_details=details
    )
    if not answer["recorded"]:
        raise ArchiveError(f"{month:%Y-%m} waits for {answer['waits_for']}: try again")
    return {"month": f"{month:%Y-%m}", "export": export_, "step": step}
