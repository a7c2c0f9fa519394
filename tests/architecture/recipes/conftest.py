"""A scratch copy of the repository for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.recipes.scratch import Scratch, copy


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return copy(tmp_path)
