"""Kefir, deployed once for the tests of this folder, which run in one process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.kefir.app import Kefir, deployed


@pytest.fixture(scope="session")
def kefir(new_project: NewProject) -> Iterator[Kefir]:
    """Kefir, deployed; see `tests.e2e.kefir.app`."""
    with deployed(new_project) as system:
        yield system
