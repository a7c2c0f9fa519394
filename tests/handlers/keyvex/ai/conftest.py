"""Played providers, and a function that asks them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.handlers.keyvex.fixtures.processor import Processor
from tests.handlers.keyvex.fixtures.providers import World as Providers
from tests.handlers.keyvex.fixtures.providers import providers


@pytest.fixture(scope="session")
def playing() -> Iterator[Providers]:
    with providers() as running:
        yield running


@pytest.fixture
def provider(playing: Providers, patched: pytest.MonkeyPatch) -> Providers:
    """The providers in good health, and the functions' environment leading to them."""
    playing.heal()
    for name, value in playing.environment.items():
        patched.setenv(name, value)
    return playing


@pytest.fixture
def processor(world: Any, provider: Providers) -> Processor:
    return Processor(world)


@pytest.fixture
def names(world: Any) -> tuple[str, str]:
    """A session and its user."""
    return world.name("session"), world.name("user")
