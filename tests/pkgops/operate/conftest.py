"""A project, and ports in memory, for the operating verbs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.config import Project, load
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.tables import FakeTables
from tests.repository import link_project


@pytest.fixture
def pkgwatch(tmp_path: Path) -> Project:
    """PkgWatch on an unprotected stage of an AWS account."""
    link_project(tmp_path, '[dev]\naccount = "123456789012"\n[prod]\nprotected = true\n[local]\n')
    return load("dev", "pkgwatch", tmp_path, {})


@pytest.fixture
def account() -> FakePorts:
    """An AWS account with nothing in it."""
    return FakePorts(tables=FakeTables(packages=("pk", "sk"), api_keys=("pk", "sk")), endpoint=None)
