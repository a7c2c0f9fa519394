"""The environment of functions: the emulator in place of AWS, and a system's own variables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.common import aws, sdk
from pkgops.local.client.emulator import Emulator
from tests.emulator import ACCOUNT, REGION
from tests.postgresql import Database, DatabaseServer, served


@pytest.fixture(scope="session")
def variables() -> dict[str, str]:
    """The environment variables of a system's functions."""
    return {}


@pytest.fixture(scope="session")
def cached() -> tuple[Any, ...]:
    """The system's functions that cache what they read from the environment."""
    return ()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    """A server of PostgreSQL."""
    with served(tmp_path_factory.mktemp("postgresql")) as server:
        yield server


@pytest.fixture
def database(postgresql: DatabaseServer) -> Database:
    """A database of the test's own."""
    return postgresql.database()


@pytest.fixture(scope="module")
def environment(emulator: Emulator, variables: dict[str, str], cached: tuple[Any, ...]) -> Iterator[pytest.MonkeyPatch]:
    """The functions' environment while one file's tests run."""
    credentials = {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": emulator.credentials().secret,
        "AWS_REGION": REGION,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in (credentials | variables).items():
            patch.setenv(name, value)
        patch.setattr(aws, "_CLIENTS", {})
        sdk.session.cache_clear()
        clear(cached)
        yield patch
    sdk.session.cache_clear()
    clear(cached)


@pytest.fixture
def patched(environment: pytest.MonkeyPatch, cached: tuple[Any, ...]) -> Iterator[pytest.MonkeyPatch]:
    """The functions' environment, to be changed for one test."""
    with environment.context() as patch:
        clear(cached)
        yield patch
    clear(cached)


def clear(cached: tuple[Any, ...]) -> None:
    """Makes cached functions read the environment again."""
    for function in cached:
        function.cache_clear()
