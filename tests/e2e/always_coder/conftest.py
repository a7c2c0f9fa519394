"""Always Coder, deployed once for the tests of this folder, which run in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.e2e.always_coder.relay import Clients, Play, Relay, Scene, deployed
from tests.e2e.conftest import NewProject


@pytest.fixture(scope="session")
def relay(new_project: NewProject) -> Iterator[Relay]:
    """The deployed system; see `tests.e2e.always_coder.relay`."""
    with deployed(new_project) as system:
        yield system


@pytest.fixture
def play(relay: Relay) -> Play:
    """Runs what a test does with clients."""

    def run(scene: Scene) -> None:
        async def whole() -> None:
            async with Clients(relay) as clients:
                await scene(clients)

        asyncio.run(whole())

    return run
