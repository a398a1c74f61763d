"""Apply supabase/migrations with the real Supabase CLI, as it will happen on the hosted project."""

import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from scripts.tools.stack.binaries import supabase_cli
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.paths import PROJECT
from scripts.tools.stack.processes import plain_environment, run

TIMEOUT_SECONDS = 300


def migrate(database_url: str, work: Path) -> None:
    """Apply every pending migration; `work` is a folder for what the CLI wants to write."""
    if not any((PROJECT / "supabase" / "migrations").glob("*.sql")):
        return
    done = run_cli(["migration", "up", "--yes"], database_url, work)
    if done.returncode:
        raise StackError(f"a migration failed.\n{_without_chatter(done)}")


def run_cli(arguments: list[str], database_url: str, work: Path) -> "subprocess.CompletedProcess[str]":
    """Run the CLI against a database, with the password kept off the command line."""
    address, password = _split_password(database_url)
    return run(
        [
            str(supabase_cli()),
            *arguments,
            f"--remote={address}",
            "--agent=no",
            f"--workdir={project_view(work)}",
        ],
        environment=cli_environment(work) | {"PGPASSWORD": password, "PGSSLMODE": "disable"},
        timeout_seconds=TIMEOUT_SECONDS,
    )


def cli_environment(home: Path) -> dict[str, str]:
    """An environment in which the CLI neither phones home nor writes to the user's home folder."""
    home.mkdir(parents=True, exist_ok=True)
    quiet = {"SUPABASE_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1", "NO_COLOR": "1"}
    return plain_environment(home) | quiet


def project_view(work: Path) -> Path:
    """A folder that looks like the project to the CLI, so that its notes never land in the project."""
    seen = work / "supabase"
    seen.mkdir(parents=True, exist_ok=True)
    for name in ("config.toml", "migrations"):
        link = seen / name
        if not link.is_symlink():
            link.symlink_to(PROJECT / "supabase" / name)
    return work


def _split_password(database_url: str) -> tuple[str, str]:
    parts = urlsplit(database_url)
    place = f"{parts.username}@{parts.hostname}:{parts.port}"
    return urlunsplit((parts.scheme, place, parts.path, "", "")), unquote(parts.password or "")


def _without_chatter(done: "subprocess.CompletedProcess[str]") -> str:
    lines = (done.stderr + done.stdout).splitlines()
    return "\n".join(line for line in lines if line.strip() and "--debug" not in line)
