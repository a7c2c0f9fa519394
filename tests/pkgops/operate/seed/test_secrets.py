"""Secrets are seeded once, where they belong, and never shown."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.errors import AccessError
from pkgops.operate.seed.seed import seed
from pkgops.seeds import SeedContext, SeedItem, Seeds, SeedSecret
from tests.pkgops.fakes.ports import FakePorts

STACKS = [SynthesizedStack("demo", "storage", "DemoStorage-dev", {})]


def demo(context: SeedContext) -> Seeds:
    """Two secrets that are others on every run, and an item."""
    secrets = tuple(SeedSecret(f"demo/{name}", context.secret(name), f"{name} secret") for name in ("one", "two"))
    return Seeds((SeedItem("storage.Keys", {"pk": "user", "sk": "META"}, "user", "user"),), secrets=secrets)


@pytest.fixture
def system(pkgwatch: Project, account: FakePorts, monkeypatch: pytest.MonkeyPatch) -> Project:
    module = ModuleType("templates.demo.seed")
    module.seed = demo  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "templates.demo.seed", module)
    account.stacks.deployed("DemoStorage-dev", "CREATE_COMPLETE", outputs={"Keys": "api-keys"})
    return replace(pkgwatch, system=replace(pkgwatch.system, key="demo"))


def counts(report: Any) -> dict[str, tuple[int, int, int]]:
    return {count.kind: (count.written, count.existing, count.failed) for count in report.counts}


def test_secrets_are_stored_under_staged_names_and_never_shown(system: Project, account: FakePorts) -> None:
    report = seed(system, STACKS, account)
    assert report.ok
    assert counts(report) == {"user": (1, 0, 0), "secret": (2, 0, 0)}
    assert set(account.secrets.values) == {"demo/one-dev", "demo/two-dev"}
    assert not [value for value in account.secrets.values.values() if value in repr(report)]


def test_the_second_run_changes_nothing(system: Project, account: FakePorts) -> None:
    seed(system, STACKS, account)
    before = dict(account.secrets.values)
    assert counts(seed(system, STACKS, account))["secret"] == (0, 2, 0)
    assert account.secrets.values == before


def test_one_that_fails_is_named_and_the_rest_is_stored(system: Project, account: FakePorts) -> None:
    account.secrets.refused = {"demo/one-dev"}
    report = seed(system, STACKS, account)
    assert not report.ok
    assert counts(report)["secret"] == (1, 0, 1)
    assert report.failures == ("one secret: Secret demo/one-dev cannot be stored: LimitExceededException",)


def test_nothing_goes_to_another_account(system: Project, account: FakePorts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even without items, whose tables would show the account."""
    without = ModuleType("templates.demo.seed")
    without.seed = lambda context: replace(demo(context), items=())  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "templates.demo.seed", without)
    with pytest.raises(AccessError, match="999999999999"):
        seed(replace(system, stage=replace(system.stage, account="999999999999")), STACKS, account)
    assert account.secrets.values == {}


def test_a_value_is_not_in_the_text_of_its_seed() -> None:
    assert "hidden" not in repr(SeedSecret("demo/one", "hidden", "one secret"))
