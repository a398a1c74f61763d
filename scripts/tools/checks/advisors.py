"""Have the migrations judged: by Supabase's own advisors on a migrated database, and by squawk."""

import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

from scripts.tools.stack.migrations import run_cli
from scripts.tools.stack.paths import PROJECT
from scripts.tools.stack.processes import plain_environment, run
from scripts.tools.stack.stack import Stack


def advise(progress: Callable[[str], None], *, migrations: bool = True, first: LiteralString = "") -> str:
    """What Supabase's security and performance advisors object to, at warning or worse; empty for nothing.

    They judge a fresh database with our migrations, after the SQL `first` was run in it, and take
    from config.toml which schemas the world can reach.
    """
    with Stack(migrations=migrations, postgrest=False, functions=False, progress=progress) as stack:
        with stack.postgres.connect("supabase_admin") as connection:
            connection.execute(first)
        progress("asking Supabase's advisors")
        options = ["--fail-on=warn", "--level=warn"]
        done = run_cli(["db", "advisors", *options], stack.database_url, stack.directory / "cli")
    return "" if done.returncode == 0 else f"{done.stdout}\n{done.stderr}".strip()


def squawk() -> str:
    """What squawk objects to in supabase/migrations; empty for nothing."""
    program = Path(sysconfig.get_path("scripts", vars={"base": sys.prefix})) / "squawk"
    migrations = sorted(str(path) for path in (PROJECT / "supabase" / "migrations").glob("*.sql"))
    if not migrations:
        return ""
    options = ["--reporter=gcc", f"--config={PROJECT / '.squawk.toml'}"]
    done = run([str(program), *options, *migrations], environment=plain_environment(PROJECT))
    return "" if done.returncode == 0 else f"{done.stdout}\n{done.stderr}".strip()
