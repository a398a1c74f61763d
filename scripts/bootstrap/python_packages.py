"""Python packages: a pinned uv of our own makes .venv exactly what uv.lock says."""

import os
import shutil
import sys
from pathlib import Path

from scripts.bootstrap.shell import PROJECT, TOOLS, SetupError, call, last_words, must, own_cache, say
from scripts.bootstrap.stamps import Stamp

UV = "uv==0.13.9"
VENV = PROJECT / ".venv"
# uv.lock repeats every requirement of pyproject.toml, whose other parts may change freely.
STAMP = Stamp(VENV / "distortsignals.stamp", (PROJECT / "uv.lock",))
PYPI = "access to https://pypi.org"

# uv's variables that say how to reach an index; all others could make it work on something else.
NETWORK = {
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INSECURE_HOST"),
    *("UV_HTTP_TIMEOUT", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_OFFLINE", "UV_CACHE_DIR"),
}
MISLEADING = {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME"}


def install() -> None:
    """Make .venv what uv.lock says; raises SetupError."""
    if STAMP.fits():
        return
    uv = pip_installed(UV) / "bin" / "uv"
    say("installing Python packages from uv.lock")
    sync = [str(uv), "sync", "--frozen", *groups(), f"--python={sys.executable}", "--no-progress"]
    environment = uv_environment()
    if not call(sync, environment):
        # Behind a company's proxy only the machine's own certificates are the right ones.
        trusting = environment | {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
        must(sync, trusting, problem="the Python packages could not be installed", needs=PYPI)
    STAMP.put()


def groups() -> list[str]:
    """Which groups of packages this machine needs: without a C++ compiler of its own, one from PyPI."""
    compilers = [os.environ.get("CXX", "").partition(" ")[0], "g++", "clang++"]
    if any(name and shutil.which(name) for name in compilers):
        return ["--group=dev"]
    return ["--group=dev", "--group=compiler"]


def uv_environment() -> dict[str, str]:
    """Our environment without what could make uv work on another project or with another Python."""
    kept = {name: value for name, value in os.environ.items() if _fits_uv(name)}
    kept |= {"UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    return kept | own_cache("UV_CACHE_DIR", "uv")


def pip_installed(requirement: str) -> Path:
    """The folder of a virtual environment that holds just this package, made when it is not there."""
    folder = TOOLS / requirement.replace("==", "-")
    done = folder / "done"
    if done.exists():
        return folder
    say(f"fetching {requirement.replace('==', ' ')}")
    shutil.rmtree(folder, ignore_errors=True)
    _make_venv(folder)
    # pip keeps the user's own configuration: on some machines nothing works without it.
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--no-user", "--no-input", "--no-deps"]
    must([*pip, requirement], os.environ, problem=f"{requirement} could not be installed", needs=PYPI)
    done.touch()
    return folder


def _fits_uv(name: str) -> bool:
    if name in MISLEADING:
        return False
    return not name.startswith(("UV_", "PIP_")) or name in NETWORK or name.startswith("UV_INDEX_")


def _make_venv(folder: Path) -> None:
    if not call([sys.executable, "-m", "venv", str(folder)], os.environ):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"{sys.executable} cannot make virtual environments.\n"
            f"  Debian, Ubuntu   sudo apt install python{version}-venv\n"
            f"  elsewhere        install a complete Python: https://www.python.org/downloads/\n{last_words()}"
        )
