"""Stream Sales, deployed once for the tests of this folder, which run in one process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pkgops.local.databases.postgres_programs import programs
from tests.e2e.conftest import NewProject
from tests.e2e.stream_sales.market import Market, deployed


@pytest.fixture(scope="session")
def market(new_project: NewProject) -> Iterator[Market]:
    """The deployed system; what a test writes stays for the others."""
    if programs() is None:
        pytest.skip("there is no PostgreSQL for this machine")
    with deployed(new_project) as found:
        yield found
