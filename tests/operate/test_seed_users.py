"""Users are seeded into their pools once."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import ModuleType

import pytest

from pkgops.config import Project
from pkgops.errors import UsageError
from pkgops.operate.seed import seed
from pkgops.synth import Synthesized
from templates.model import Seeds, SeedUser
from tests.fakes.ports import FakePorts

STACKS = [Synthesized("demo", "app", "Demo-dev", {})]
USERS = tuple(SeedUser("app.PoolId", f"{name}@example.com") for name in ("one", "two"))


@pytest.fixture
def system(project: Project, ports: FakePorts, monkeypatch: pytest.MonkeyPatch) -> Project:
    module = ModuleType("templates.demo.seed")
    module.seed = lambda _context: Seeds((), users=USERS)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "templates.demo.seed", module)
    ports.stacks.deployed("Demo-dev", "CREATE_COMPLETE", outputs={"PoolId": "pool-1"})
    return replace(project, system=replace(project.system, key="demo"))


def test_users_are_enrolled_once(system: Project, ports: FakePorts) -> None:
    first, second = seed(system, STACKS, ports), seed(system, STACKS, ports)
    assert ports.users.enrolled == {("pool-1", "one@example.com"), ("pool-1", "two@example.com")}
    assert [(count.kind, count.written, count.there) for count in first.counts] == [("login", 2, 0)]
    assert [(count.kind, count.written, count.there) for count in second.counts] == [("login", 0, 2)]


def test_one_that_is_refused_is_in_the_report(system: Project, ports: FakePorts) -> None:
    ports.users.refused = {"pool-1"}
    report = seed(system, STACKS, ports)
    assert not report.ok
    assert report.counts[0].failed == 2
    assert "one@example.com" in report.failures[0]


def test_a_pool_must_be_deployed(system: Project, ports: FakePorts) -> None:
    ports.stacks.deployed("Demo-dev", "CREATE_COMPLETE", outputs={})
    with pytest.raises(UsageError, match=r"app\.PoolId"):
        seed(system, STACKS, ports)
