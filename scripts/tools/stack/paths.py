"""Where things lie: the project, the binaries' folder, and the folder that holds stacks' state."""

import hashlib
import os
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
NODE_MODULES = PROJECT / "node_modules"


def stacks_directory() -> Path:
    """The folder with one sub-folder per named stack: in the project, else in the user's state folder."""
    local = PROJECT / ".stack"
    if os.access(local if local.exists() else PROJECT, os.W_OK):
        return local
    clone = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
    return _state_home() / "distortsignals" / clone


def own_private_directory(parent: Path, name: str, mode: int) -> Path:
    """A folder under a shared parent such as /var/tmp that surely belongs to us.

    Anyone may create names there, so one that exists already is used only if it is ours alone.
    """
    directory = parent / name
    directory.mkdir(mode=mode, exist_ok=True)
    seen = directory.lstat()
    if directory.is_symlink() or seen.st_uid != os.geteuid() or seen.st_mode & 0o022:
        raise PermissionError(f"{directory} exists and belongs to someone else; remove it")
    directory.chmod(mode)
    return directory


def shared_directory() -> Path:
    """A folder other users may pass through, for what an unprivileged user must reach."""
    parent = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108
    return own_private_directory(parent, f"distortsignals-{os.geteuid()}", 0o755)


def _state_home() -> Path:
    named = os.environ.get("XDG_STATE_HOME")
    if named:
        return Path(named)
    home = os.environ.get("HOME")
    if home and os.access(home, os.W_OK):
        return Path(home) / ".local" / "state"
    return shared_directory()
