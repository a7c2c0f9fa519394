"""Seed data that deployed functions make of messages: sent once, and waited for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.operate.seed.seed import seed
from pkgops.seeds import SeedContext, SeedMessages, Seeds, SeedSecret
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.queues import FakeQueues

STACKS = [SynthesizedStack("demo", "storage", "DemoStorage-dev", {})]


def row(name: str, number: int = 2) -> SeedMessages:
    key = {"pk": name, "sk": "SUMMARY"}
    messages = tuple({"name": name, "number": one} for one in range(number))
    return SeedMessages("storage.Queue", "storage.Keys", messages, key, {"total": number}, "counter", name, "summary")


def demo(_: SeedContext) -> Seeds:
    field = SeedSecret("demo/keys", "made", "key of the played provider", "api_key")
    return Seeds((), messages=(row("first"), row("second", 3)), secrets=(field,))


@pytest.fixture
def system(pkgwatch: Project, account: FakePorts, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A system whose function counts each message as it is sent."""
    module = ModuleType("templates.demo.seed")
    module.seed = demo  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "templates.demo.seed", module)
    outputs = {"Keys": "api-keys", "Queue": "https://sqs.us-east-1.amazonaws.com/1/demo-queue"}
    account.stacks.deployed("DemoStorage-dev", "CREATE_COMPLETE", outputs=outputs)
    account.queues = FakeQueues(demo_queue=[])
    account.queues.consumer = counting(account)
    return replace(pkgwatch, system=replace(pkgwatch.system, key="demo"))


def counting(account: FakePorts) -> Callable[[str], list[str]]:
    def count(body: str) -> list[str]:
        key = (json.loads(body)["name"], "SUMMARY")
        items = account.tables.items["api-keys"]
        items[key] = {"pk": key[0], "sk": key[1], "total": items.get(key, {}).get("total", 0) + 1}
        return []

    return count


def counts(report: Any) -> dict[str, tuple[int, int, int]]:
    return {count.kind: (count.written, count.existing, count.failed) for count in report.counts}


def test_messages_are_sent_once(system: Project, account: FakePorts) -> None:
    report = seed(system, STACKS, account)
    assert report.ok
    assert counts(report)["summary"] == (2, 0, 0)
    (waited,) = report.waits
    assert (waited.by, waited.attribute, waited.done, waited.missing) == ("counter", "total", 2, ())
    again = seed(system, STACKS, account)
    assert (counts(again)["summary"], again.waits) == ((0, 2, 0), ())
    assert {item["total"] for item in account.tables.items["api-keys"].values()} == {2, 3}


def test_what_no_function_processes_is_told(system: Project, account: FakePorts) -> None:
    process = account.queues.consumer
    account.queues.consumer = lambda body: [body] if '"second"' in body else process(body)
    report = seed(system, STACKS, account, timeout=0.0)
    assert not report.ok
    assert report.waits[0].missing == ("second",)


def test_a_queue_that_is_not_there_is_told(system: Project, account: FakePorts) -> None:
    del account.queues.waiting["demo-queue"]
    report = seed(system, STACKS, account)
    assert counts(report)["summary"] == (0, 0, 2)
    assert "demo-queue" in report.failures[0]


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (None, {"api_key": "made"}, (1, 0, 0)),
        ("", {"api_key": "made"}, (1, 0, 0)),
        ('{"api_key": "", "other": "x"}', {"api_key": "made", "other": "x"}, (1, 0, 0)),
        ('{"api_key": "real"}', {"api_key": "real"}, (0, 1, 0)),
        ("text", None, (0, 0, 1)),
        ("[]", None, (0, 0, 1)),
    ],
)
def test_a_field_is_stored_where_it_is_missing(
    system: Project, account: FakePorts, before: str | None, after: Any, count: tuple[int, int, int]
) -> None:
    if before is not None:
        account.secrets.values["demo/keys-dev"] = before
    report = seed(system, STACKS, account)
    assert counts(report)["secret"] == count
    stored = account.secrets.values["demo/keys-dev"]
    assert stored == before if after is None else json.loads(stored) == after
