"""A project to package, and wheels to package with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import probe as probes
from tests import wheels as indexes
from tests.pkgops.build.shop import FILES
from tests.probe import Probe
from tests.wheels import Wheels


@pytest.fixture
def probe(tmp_path: Path) -> Iterator[Probe]:
    yield probes.make(tmp_path / "probe")
    probes.forget()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheels:
    """No other wheels are found."""
    (tmp_path / "wheels").mkdir()
    made = Wheels(tmp_path / "wheels")
    indexes.use(made, monkeypatch)
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The root of the small source tree."""
    for name, body in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(body, encoding="utf-8")
    return tmp_path
