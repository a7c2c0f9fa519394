"""PkgWatch, deployed once for the tests of this folder, which run in one process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.canary import watch
from tests.e2e.conftest import Deployed, NewProject

_SEED_ONCE = 4  # users, one a plan


@pytest.fixture(scope="session")
def pkgwatch(new_project: NewProject) -> Iterator[Deployed]:
    """PkgWatch, deployed and seeded as ``make up`` does it; ``keys`` holds the API key of each plan."""
    project = new_project("pkgwatch")
    try:
        project.pkgops("deploy", "--yes")
        seeded = project.pkgops("seed-dev").stdout
        lines = [line.split() for line in seeded.splitlines() if "pw_" in line and "@example.com" in line]
        project.keys = {line[1].split("@")[0]: line[-1] for line in lines}
        assert len(project.keys) == _SEED_ONCE, seeded
        watch(*project.keys.values())
        project.learn()
        yield project
    finally:
        project.leave()
