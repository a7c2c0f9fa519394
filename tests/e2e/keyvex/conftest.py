"""Keyvex, deployed once for the tests of this folder, which run in one process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.keyvex.backend import Backend, deployed


@pytest.fixture(scope="session")
def running(new_project: NewProject) -> Iterator[Backend]:
    with deployed(new_project) as backend:
        yield backend


@pytest.fixture
def backend(running: Backend) -> Backend:
    """The deployed system, with providers that are well and have forgotten what they were asked."""
    running.providers("DELETE", "/_faults")
    return running
