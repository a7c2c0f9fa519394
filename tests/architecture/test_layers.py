"""Does each part import only what it may?

import-linter holds the arrows between the packages (pyproject.toml, ``make check``); here stands what it cannot
say: which directory may know a library, and what a module must not load when it is imported.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT, sources

# The side of pkgops.local that runs inside commands; the other side is the emulator's own process.
LOCAL_CLIENT = {"emulator", "home", "launch", "loopback", "not_emulated", "process", "urls"}
AWS = {"boto3", "botocore", "s3transfer"}
SERVER = {"hypercorn", "ministack"}
TERMINAL = {"click", "rich"}

# What making templates and artifacts takes, and finding them in the cache does not: 30 ms together.
BUILDING = {"pkgops.check", "pkgops.package", "importlib.metadata", "zipfile"}

# module -> what importing it must not load, because somebody would wait for it
START_UP = {
    "pkgops.cli": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "msgspec", "templates.pkgwatch"},
    "pkgops.config": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click"},
    "pkgops.package": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click"},
    "pkgops.build": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click", *BUILDING},
    "pkgops.plan": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click"},
    "pkgops.deploy": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click"},
    "pkgops.aws": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click"},
    "pkgops.local.emulator": {"boto3", "botocore", "ministack", "hypercorn", "rich", "click", "http.client"},
    "templates.model": {"troposphere", "awacs", "boto3", "botocore"},
}


def users(libraries: set[str], allowed: tuple[str, ...]) -> list[str]:
    """Places that import one of the libraries outside the allowed prefixes."""
    return [
        f"{source.path}:{line} imports {name}"
        for source in sources("pkgops", "templates")
        for name, line in source.imports
        if name in libraries and not source.path.startswith(allowed)
    ]


def server_side() -> tuple[str, ...]:
    names = {source.path for source in sources("pkgops") if source.path.startswith("pkgops/local/")}
    return tuple(sorted(names - {f"pkgops/local/{name}.py" for name in LOCAL_CLIENT}))


def test_the_sdk_stays_in_the_adapters():
    assert not users(AWS, ("pkgops/aws/", *server_side()))


def test_the_emulator_stays_in_its_process():
    assert not users(SERVER, server_side())


def test_the_terminal_stays_in_the_command_line():
    assert not users(TERMINAL, ("pkgops/cli/",))


def test_the_client_side_of_the_emulator_is_there():
    """A name that is gone from the list's directory would quietly widen what the list allows."""
    assert not [name for name in LOCAL_CLIENT if not (ROOT / f"pkgops/local/{name}.py").is_file()]


@pytest.mark.parametrize("module", START_UP)
def test_importing_is_cheap(module):
    program = f"import sys, {module}; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines())
    assert module in loaded
    assert not loaded & START_UP[module]
