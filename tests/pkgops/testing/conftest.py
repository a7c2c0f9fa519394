"""A project of a user's own, whose tests use `pkgops.testing`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops import project as projects
from pkgops.init.create import create
from tests.repository import ROOT


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Project "shop" as ``pkgops init`` makes it."""
    yield create("shop", tmp_path_factory.mktemp("projects")).root
    projects.use_templates(ROOT)
