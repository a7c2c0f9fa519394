"""A project in a temporary folder, and the program run inside it."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pkgops.cli.main import root
from pkgops.cli.session import Session
from pkgops.config import load
from pkgops.testing.owner import owner
from tests.builds import Builds
from tests.canary import listen
from tests.repository import ROOT, link_project

Run = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project of its own: nothing of the developer's settings or state is seen."""
    link_project(tmp_path)
    for name in [name for name in os.environ if name.startswith(("PKGOPS_", "AWS_"))]:
        monkeypatch.delenv(name)
    for name, value in owner().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path) -> Run:
    """Runs the program in the project; ``ports`` answer in place of AWS."""

    def call(*args: str, ports: object = None, input: str | None = None) -> Result:
        session = Session(connect=(lambda *_: ports) if ports is not None else None)
        done = CliRunner().invoke(root, args, obj=session, input=input)
        listen(args, done.stdout, done.stderr, "".join(traceback.format_exception(done.exception)))
        return done

    return call


@pytest.fixture
def program(project: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the program as a process of its own."""

    def call(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "pkgops.cli", *args],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        listen(args, done.stdout, done.stderr)
        return done

    return call


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory, builds: Builds) -> Path:
    """A build of PkgWatch for stage dev, made once."""
    root = tmp_path_factory.mktemp("built")
    link_project(root)
    builds.build(load("dev", "pkgwatch", root, environ={}))
    return root / ".pkgops"


@pytest.fixture
def built(project: Path, cache: Path) -> Path:
    """The project with everything built for stage dev."""
    (project / ".pkgops").symlink_to(cache)
    return project
