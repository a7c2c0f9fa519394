"""Users are seeded into their pools once."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import ModuleType

import pytest

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.errors import UsageError
from pkgops.operate.seed.seed import seed
from pkgops.seeds import SeedItem, Seeds, SeedUser, UserId
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.tables import FakeTables

STACKS = [SynthesizedStack("demo", "app", "Demo-dev", {})]
USERS = tuple(SeedUser("app.PoolId", f"{name}@example.com") for name in ("one", "two"))


@pytest.fixture
def system(pkgwatch: Project, account: FakePorts, monkeypatch: pytest.MonkeyPatch) -> Project:
    module = ModuleType("templates.demo.seed")
    module.seed = lambda _context: Seeds((), users=USERS)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "templates.demo.seed", module)
    account.stacks.deployed("Demo-dev", "CREATE_COMPLETE", outputs={"PoolId": "pool-1"})
    return replace(pkgwatch, system=replace(pkgwatch.system, key="demo"))


def test_users_are_enrolled_once(system: Project, account: FakePorts) -> None:
    first, second = seed(system, STACKS, account), seed(system, STACKS, account)
    assert account.users.enrolled == {("pool-1", "one@example.com"), ("pool-1", "two@example.com")}
    assert [(count.kind, count.written, count.existing) for count in first.counts] == [("login", 2, 0)]
    assert [(count.kind, count.written, count.existing) for count in second.counts] == [("login", 0, 2)]


def test_one_that_is_refused_is_in_the_report(system: Project, account: FakePorts) -> None:
    account.users.refused = {"pool-1"}
    report = seed(system, STACKS, account)
    assert not report.ok
    assert report.counts[0].failed == 2
    assert "one@example.com" in report.failures[0]


def test_a_pool_must_be_deployed(system: Project, account: FakePorts) -> None:
    account.stacks.deployed("Demo-dev", "CREATE_COMPLETE", outputs={})
    with pytest.raises(UsageError, match=r"app\.PoolId"):
        seed(system, STACKS, account)


def test_a_user_to_log_in_as_is_shown_once_and_owns_items(
    system: Project, account: FakePorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = SeedItem("app.Table", {"pk": "1", "owner": UserId("me@example.com")}, "item 1", "item")
    other = replace(item, item={"pk": "2", "owner": UserId("nobody@example.com")})
    user = SeedUser("app.PoolId", "me@example.com", "a-password-1A")
    module = ModuleType("templates.demo.seed")
    module.seed = lambda _context: Seeds((item, other), users=(user,))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "templates.demo.seed", module)
    account.stacks.deployed("Demo-dev", "CREATE_COMPLETE", outputs={"PoolId": "pool-1", "Table": "t"})
    account.tables = FakeTables(t=("pk",))
    first = seed(system, STACKS, account)
    assert [(one.label, one.name, one.value) for one in first.revealed] == [
        ("user me@example.com", "password", "a-password-1A")
    ]
    assert account.users.created[0][1].attributes["email_verified"] == "true"
    keys = [{"pk": "1"}, {"pk": "2"}]
    assert account.tables.read("t", keys, ("pk", "owner")) == [{"pk": "1", "owner": "me@example.com"}]
    second = seed(system, STACKS, account)
    assert second.revealed == ()
    assert {count.kind: (count.written, count.existing) for count in second.counts} == {"item": (0, 1), "login": (0, 1)}
