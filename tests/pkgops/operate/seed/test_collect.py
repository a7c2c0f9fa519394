"""Messages sent through the system arrive, or the report shows where they stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.errors import RefusedError, UsageError
from pkgops.events import Event, Finished, Progress, silent
from pkgops.operate.seed.collect import collect, declared_collection
from pkgops.operate.seed.report import Arrived
from pkgops.seeds import Collection, CollectionStep, Seeds, Task
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.queues import FakeQueues
from tests.pkgops.fakes.tables import FakeTables

QUEUES = {
    "Work": {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "QueueName": "work",
            "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3},
        },
    },
    "Dead": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "dead"}},
}
STACKS = [
    SynthesizedStack("demo", "storage", "DemoStorage-dev", {"Resources": {}}),
    SynthesizedStack("demo", "work", "DemoWork-dev", {"Resources": QUEUES}),
]
NAMES = ("one", "two", "three")
WANTED = Collection(
    queue="work.QueueUrl",
    table="storage.TableName",
    tasks=tuple(Task(f"task {name}", {"name": name}, {"pk": name, "sk": "LATEST"}) for name in NAMES),
    steps=(CollectionStep("collected_at", "collector"), CollectionStep("scored_at", "scorer")),
    error="error",
    error_at="error_at",
    reported=("score",),
)


@pytest.fixture
def deployed(account: FakePorts) -> FakePorts:
    """Queue and table, with an item that has been collected and scored before."""
    account.stacks.deployed("DemoStorage-dev", "CREATE_COMPLETE", outputs={"TableName": "items"})
    account.stacks.deployed("DemoWork-dev", "CREATE_COMPLETE", outputs={"QueueUrl": "https://sqs/123/work"})
    account.tables = FakeTables(items=("pk", "sk"))
    account.tables.items["items"]["one", "LATEST"] = {
        "pk": "one",
        "sk": "LATEST",
        "collected_at": "2026-01-01",
        "scored_at": "2026-01-02",
        "error": "long ago",
        "error_at": "2025-12-31",
    }
    account.queues = FakeQueues(work=[], dead=[])
    return account


def worker(account: FakePorts, **left_out: dict[str, Any]) -> Callable[[str], list[str]]:
    """A consumer that does everything at once, except that items in ``left_out`` get those attributes instead."""

    def consume(body: str) -> list[str]:
        name = json.loads(body)["name"]
        items = account.tables.items["items"]
        done = {"collected_at": "2026-02-01", "scored_at": "2026-02-01", "score": 80}
        items[name, "LATEST"] = {**items.get((name, "LATEST"), {}), "pk": name, "sk": "LATEST"} | left_out.get(
            name, done
        )
        return []

    return consume


def test_everything_arrives(pkgwatch: Project, deployed: FakePorts) -> None:
    deployed.queues.consumer = worker(deployed)
    events: list[Event] = []
    report = collect(WANTED, pkgwatch, STACKS, deployed, events.append)
    assert report.ok
    assert [(one.label, one.reported) for one in report.arrived] == [(f"task {name}", {"score": 80}) for name in NAMES]
    assert [event for event in events if isinstance(event, Progress)][-1].done == 3
    assert [event.detail for event in events if isinstance(event, Finished)] == ["3 of 3 arrived"]


def test_what_was_there_before_does_not_count(pkgwatch: Project, deployed: FakePorts) -> None:
    """Nor does an error of before: both are the item's history."""
    deployed.queues.consumer = worker(deployed, one={})
    report = collect(WANTED, pkgwatch, STACKS, deployed, silent, timeout=0.2)
    assert [one.label for one in report.arrived] == ["task two", "task three"]
    assert [(one.label, one.why, one.at) for one in report.stuck] == [
        ("task one", "no collected_at after 0 s", "collector")
    ]


def test_a_score_of_before_the_collection_is_not_its_score(pkgwatch: Project, deployed: FakePorts) -> None:
    collected_later = {"collected_at": "2026-02-03", "scored_at": "2026-02-01"}
    deployed.queues.consumer = worker(deployed, two=collected_later)
    report = collect(WANTED, pkgwatch, STACKS, deployed, silent, timeout=0.2)
    assert [(one.label, one.at) for one in report.stuck] == [("task two", "scorer")]


def test_a_failure_is_told_at_once_with_what_is_among_the_dead_letters(pkgwatch: Project, deployed: FakePorts) -> None:
    failed = {"error": "the upstream is down", "error_at": "2026-02-01"}
    deployed.queues.consumer = worker(deployed, two=failed)
    deployed.queues.waiting["dead"] = ["old", "older"]
    report = collect(WANTED, pkgwatch, STACKS, deployed, silent, timeout=60)
    assert not report.ok
    assert [(one.label, one.why, one.at) for one in report.stuck] == [("task two", "the upstream is down", "collector")]
    assert (report.dead_letters, report.dead) == ("dead", 2)
    assert all(isinstance(one, Arrived) for one in report.arrived)


@pytest.mark.parametrize("missing", ["work.QueueUrl", "storage.TableName"])
def test_nothing_is_sent_where_something_is_not_deployed(pkgwatch: Project, deployed: FakePorts, missing: str) -> None:
    stack = {"work": "DemoWork-dev", "storage": "DemoStorage-dev"}[missing.partition(".")[0]]
    deployed.stacks.deployed(stack, "CREATE_COMPLETE", outputs={})
    with pytest.raises(UsageError, match=missing):
        collect(WANTED, pkgwatch, STACKS, deployed, silent)
    assert deployed.queues.waiting["work"] == []


@pytest.fixture
def declaring(pkgwatch: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[[Seeds], Project]:
    """The pkgwatch of a system with those seeds."""

    def system(seeds: Seeds) -> Project:
        module = ModuleType("templates.demo.seed")
        module.seed = lambda _context: seeds  # type: ignore[attr-defined]
        monkeypatch.setitem(__import__("sys").modules, "templates.demo.seed", module)
        return replace(pkgwatch, system=replace(pkgwatch.system, key="demo"))

    return system


def test_what_leaves_the_machine_is_refused_offline(declaring: Callable[[Seeds], Project]) -> None:
    project = declaring(Seeds((), collection=WANTED))
    assert declared_collection(project, offline=False) == WANTED
    with pytest.raises(RefusedError, match="collects from the internet"):
        declared_collection(project, offline=True)
    local = replace(WANTED, offline=True)
    assert declared_collection(declaring(Seeds((), collection=local)), offline=True) == local


def test_a_system_that_declares_nothing(declaring: Callable[[Seeds], Project]) -> None:
    with pytest.raises(UsageError, match="declares no collection"):
        declared_collection(declaring(Seeds(())), offline=False)
