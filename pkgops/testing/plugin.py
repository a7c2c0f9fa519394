"""The pytest plugin of a project: ``pytest_plugins = ["pkgops.testing.plugin"]`` in its ``tests/conftest.py``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pkgops.project import find
from pkgops.testing.deployed import Deployed, deployment
from pkgops.testing.goldens import Goldens


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden``."""
    parser.addoption("--update-golden", action="store_true", help="record the templates again instead of comparing")


@pytest.fixture(scope="session")
def goldens(request: pytest.FixtureRequest) -> Goldens:
    """Compares templates with those recorded in ``tests/golden``."""
    root = find(request.config.rootpath)
    return Goldens(root, update=bool(request.config.getoption("--update-golden")))


@pytest.fixture(scope="session")
def deployed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The default system, deployed and seeded on an emulator of its own, which ends with the tests."""
    with deployment(find(request.config.rootpath), tmp_path_factory.mktemp("pkgops")) as system:
        yield system
