"""Does each part import only what it may?

import-linter holds the arrows between the packages (pyproject.toml, ``make check``); here stands what it cannot
say: which directory may know a library, and what a module must not load when it is imported.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT, sources

AWS = {"boto3", "botocore", "s3transfer"}
SERVER = {"hypercorn", "ministack"}
TERMINAL = {"click", "rich"}

# What making templates and artifacts takes, and finding them in the cache does not: 30 ms together.
BUILDING = {"pkgops.build.check", "pkgops.build.package", "importlib.metadata", "zipfile"}
# What only a deployment with changes takes: another 25 ms.
COMPLETING = {"pkgops.plan.changes", "pkgops.plan.preflight", "pkgops.plan.refusals", "pkgops.plan.review.review"}
DEPLOYING = {"pkgops.deploy.deployment", "pkgops.deploy.watcher", "pkgops.deploy.root_cause"}

SYSTEMS = ("always_coder", "kefir", "keyvex", "pkgwatch", "stream_sales")

# module -> what importing it must not load, because every command would wait for it
START_UP = {
    "pkgops.cli.main": {
        *("boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "msgspec", "templates.pkgwatch"),
    },
    "pkgops.config": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click"},
    "pkgops.build.package": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click"},
    "pkgops.build.build": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click", *BUILDING},
    "pkgops.plan.prepare": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click", *COMPLETING},
    "pkgops.deploy.deploy": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click", *DEPLOYING},
    "pkgops.aws.ports": {"boto3", "botocore", "troposphere", "awacs", "rich", "cfnlint", "click"},
    "pkgops.local.client.emulator": {"boto3", "botocore", "ministack", "hypercorn", "rich", "click", "http.client"},
    # Functions that call nothing of AWS do not wait for the SDK, and none of them loads boto3 on top of it.
    "handlers.common.aws": {"boto3", "botocore.session", "botocore.client", "urllib3"},
    "handlers.kefir.api.handle_batches": {"boto3", "botocore.session", "urllib3", "dateutil"},
    "pkgops.model": {"troposphere", "awacs", "boto3", "botocore"},
    "pkgops.console.server": {"starlette", "jinja2", "troposphere", "botocore", "rich", "pkgops.build.build"},
    # What every command reads of a system; its stacks are imported when they are built.
    **{f"templates.{system}": {"troposphere", "awacs"} for system in SYSTEMS},
}


def users(libraries: set[str], allowed: tuple[str, ...]) -> list[str]:
    """Places that import one of the libraries outside the allowed prefixes."""
    return [
        f"{source.path}:{line} imports {name}"
        for source in sources("pkgops", "templates", "companions")
        for name, line in source.imports
        if name in libraries and not source.path.startswith(allowed)
    ]


# What runs in the emulator's own process, and in those it starts; the rest of pkgops.local runs inside commands.
SERVER_SIDE = tuple(
    f"pkgops/local/{room}/" for room in ("server", "polyfills", "edge", "functions", "hooks", "databases")
)


def test_the_sdk_stays_in_the_adapters():
    assert not users(AWS, ("pkgops/aws/",))


def test_the_emulator_stays_in_its_process():
    assert not users(SERVER, SERVER_SIDE)
    assert not users({"uvicorn"}, ("pkgops/console/server.py", "pkgops/local/server/"))


def test_the_terminal_stays_in_the_command_line():
    assert not users(TERMINAL, ("pkgops/cli/",))


@pytest.mark.parametrize("module", START_UP)
def test_importing_is_cheap(module):
    program = f"import sys, {module}; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines())
    assert module in loaded
    assert not loaded & START_UP[module]
