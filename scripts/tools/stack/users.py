"""PostgreSQL refuses to run as root: choose whom it runs as, and see what that user can reach."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from scripts.tools.stack.errors import StackError

# Present on practically every system, in order of preference.
CANDIDATES = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class User:
    """An account of the operating system."""

    name: str
    uid: int
    gid: int


def database_user() -> User | None:
    """The unprivileged user the server must run as, or None when we are unprivileged ourselves."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return User(name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        "PostgreSQL refuses to run as root, and none of the users "
        f"{', '.join(CANDIDATES)} exists here. Add one of them, or run this as an ordinary user."
    )


def can_pass_through(user: User | None, directory: Path) -> bool:
    """Whether that user may traverse every folder down to this one."""
    if user is None:
        return True
    return all(_traversable(user, each) for each in [directory, *directory.parents])


def give(path: Path, user: User | None) -> None:
    """Make the user the owner of a file or folder; nothing to do when we are that user."""
    if user is not None:
        os.chown(path, user.uid, user.gid)


class ChildUser(TypedDict, total=False):
    """Arguments of subprocess that say whom a child runs as."""

    user: int
    group: int
    extra_groups: list[int]


def credentials_of(user: User | None) -> ChildUser:
    """The keyword arguments that make subprocess run a child as that user."""
    if user is None:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


def _traversable(user: User, directory: Path) -> bool:
    seen = directory.stat()
    if seen.st_uid == user.uid:
        return bool(seen.st_mode & 0o100)
    if seen.st_gid == user.gid:
        return bool(seen.st_mode & 0o010)
    return bool(seen.st_mode & 0o001)
