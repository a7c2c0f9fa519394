"""The application in tests/fixtures/next-app, built by the real OpenNext, once for its content.

What was built is kept in the user's cache, so that neither another run nor the next commit of a pipeline that keeps
that directory pays for it again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pkgops.build.node.app_build import architecture, sources_of
from pkgops.build.node.builder import build_app
from pkgops.config import load
from pkgops.errors import PkgopsError
from pkgops.events import silent
from tests.repository import ROOT

APP = "tests/fixtures/next-app"
NEEDED = ("node", "npm")


def built_app() -> Path:
    """The directory that OpenNext wrote for this machine. Skips the test where Node.js or npm is missing."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"there is no {' and no '.join(missing)}, which build the application in {APP}")
    place = _cache() / _fingerprint()
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / APP / ".open-next/open-next.output.json").is_file():
            _build(place)
    return place / APP / ".open-next"


def _build(place: Path) -> None:
    """As ``pkgops web build`` does it, in a copy of the sources."""
    shutil.rmtree(place, ignore_errors=True)
    left = shutil.ignore_patterns("node_modules", ".next", ".open-next")
    shutil.copytree(ROOT / APP, place / APP, ignore=left)
    shutil.copytree(ROOT / "templates", place / "templates", ignore=shutil.ignore_patterns("__pycache__"))
    (place / "stages.toml").write_text(f'[local]\n[local.stream_sales]\napp = "{APP}"\n')
    try:
        build_app(load("local", "stream_sales", place, environ={}), silent)
    except (PkgopsError, subprocess.SubprocessError):
        shutil.rmtree(place / APP / ".open-next", ignore_errors=True)
        raise
    shutil.rmtree(place / ".pkgops", ignore_errors=True)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pkgops" / "next-app"


def _fingerprint() -> str:
    project = load("local", "stream_sales", ROOT, environ={})
    made_of = f"{sources_of(project, ROOT / APP)} {architecture(project)}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:24]
