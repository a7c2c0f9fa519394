"""Fixtures of rooms that need a running emulator; each room's conftest imports what it uses, and has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from pkgops.local.client.emulator import Emulator
from tests.emulator import client, free_port, start_emulator
from tests.repository import ROOT


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for all tests of a room."""
    running = start_emulator(tmp_path_factory.mktemp("emulator"))
    yield running
    running.down()


@pytest.fixture(scope="session")
def aws(emulator: Emulator) -> Callable[[str], Any]:
    """``aws("s3")``: a client of the account's owner, made once."""
    return cache(partial(client, emulator))


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator for one test, not started yet."""
    one = Emulator(tmp_path / "local", free_port(), ROOT)
    yield one
    one.down()
