"""Stamps say from which lock files a folder was installed, so that later runs start at once."""

import hashlib
import platform
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """A file inside an installed folder, holding the hash of what it was installed from."""

    path: Path
    locks: tuple[Path, ...]

    def fits(self) -> bool:
        """Whether the folder is there, whole and up to date."""
        try:
            return self.path.read_text() == self._digest()
        except OSError:
            return False

    def put(self) -> None:
        """Say that it is."""
        self.path.write_text(self._digest())

    def _digest(self) -> str:
        whole = hashlib.sha256(f"{sys.platform} {platform.machine()}".encode())
        for lock in self.locks:
            whole.update(lock.read_bytes())
        return whole.hexdigest()
