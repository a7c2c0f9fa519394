"""The queues of the templates, how full they are, and redriving dead letters."""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.build.synth import SynthesizedStack
from pkgops.errors import UsageError
from pkgops.events import Progress, silent
from pkgops.operate.queues import Queue, QueueRow, RedriveResult, declared_queues, find_queue, queue_rows, redrive
from tests.pkgops.fakes.queues import FakeQueues


def queue(name: Any, dead: str = "") -> dict[str, Any]:
    policy = {"deadLetterTargetArn": {"Fn::GetAtt": [dead, "Arn"]}, "maxReceiveCount": 3}
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **({"RedrivePolicy": policy} if dead else {})}}


STACK = SynthesizedStack(
    "pkgwatch",
    "pipeline",
    "PkgWatchPipeline-dev",
    {
        "Resources": {
            "Dead": queue("pkgwatch-package-dlq-dev"),
            "Main": queue("pkgwatch-package-queue-dev", "Dead"),
            "Stream": queue("pkgwatch-streams-dlq-dev"),
            "Shared": queue("pkgwatch-shared-dlq-dev"),
            "One": queue("pkgwatch-one-dev", "Shared"),
            "Two": queue("pkgwatch-two-dev.fifo", "Shared"),
            "Unnamed": queue({"Fn::Sub": "${AWS::StackName}-x"}),
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
        }
    },
    words=("dev",),
)
KNOWN = declared_queues([STACK])


def test_queues_come_from_the_templates() -> None:
    assert [(known.name, known.documented, known.dead_letters) for known in KNOWN] == [
        ("pkgwatch-package-dlq-dev", "pkgwatch-package-dlq", ""),
        ("pkgwatch-package-queue-dev", "pkgwatch-package-queue", "pkgwatch-package-dlq-dev"),
        ("pkgwatch-streams-dlq-dev", "pkgwatch-streams-dlq", ""),
        ("pkgwatch-shared-dlq-dev", "pkgwatch-shared-dlq", ""),
        ("pkgwatch-one-dev", "pkgwatch-one", "pkgwatch-shared-dlq-dev"),
        ("pkgwatch-two-dev.fifo", "pkgwatch-two.fifo", "pkgwatch-shared-dlq-dev"),
    ]
    assert KNOWN[3].sources == ("pkgwatch-one-dev", "pkgwatch-two-dev.fifo")


@pytest.mark.parametrize("target", [{"Fn::GetAtt": "Dead.Arn"}, {"Fn::Sub": "${Dead.Arn}"}])
def test_dead_letters_may_be_named_as_cloudformation_takes_it(target: dict[str, str]) -> None:
    main = queue("orders", "Dead")
    main["Properties"]["RedrivePolicy"]["deadLetterTargetArn"] = target
    known = declared_queues(
        [SynthesizedStack("shop", "app", "Shop", {"Resources": {"Dead": queue("d"), "Main": main}})]
    )
    assert [one.dead_letters for one in known] == ["", "d"]


def test_a_row_a_queue() -> None:
    port = FakeQueues(pkgwatch_package_dlq_dev=["a", "b"], pkgwatch_package_queue_dev=["c"])
    port.ages = {"pkgwatch-package-dlq-dev": 60}
    rows = queue_rows(KNOWN[:3], port)
    assert rows == [
        QueueRow("pkgwatch-package-dlq-dev", 2, 0, 0, 60),
        QueueRow("pkgwatch-package-queue-dev", 1, 0, 0, None, "pkgwatch-package-dlq-dev", 2),
        QueueRow("pkgwatch-streams-dlq-dev"),
    ]


NAMES = [
    "pkgwatch-package-dlq-dev",
    "pkgwatch-package-dlq",
    "package-dlq",
    "pkgwatch-package-queue",
    "PACKAGE-QUEUE",
]


@pytest.mark.parametrize("name", NAMES)
def test_dead_letters_go_back(name: str) -> None:
    port = FakeQueues(pkgwatch_package_dlq_dev=["a", "b"], pkgwatch_package_queue_dev=["c"])
    events: list[Any] = []
    dry = redrive(KNOWN, name, port, events.append, dry_run=True)
    assert dry == RedriveResult("pkgwatch-package-dlq-dev", "pkgwatch-package-queue-dev", 2, 0)
    assert port.waiting["pkgwatch-package-dlq-dev"] == ["a", "b"]
    done = redrive(KNOWN, name, port, events.append, dry_run=False)
    assert (done.waiting, done.moved) == (2, 2)
    assert port.waiting == {"pkgwatch-package-dlq-dev": [], "pkgwatch-package-queue-dev": ["c", "a", "b"]}
    assert events == [Progress("Moving pkgwatch-package-dlq-dev to pkgwatch-package-queue-dev", 2, 2)]
    assert redrive(KNOWN, name, port, silent, dry_run=False).moved == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("streams-dlq", "pkgwatch-streams-dlq-dev is not a dead-letter queue"),
        ("shared-dlq", "of 2 queues"),
        ("package-dlqq", "Unknown queue"),
        ("dlq", "matches 3 queues"),
        ("package-queue", "pkgwatch-package-dlq-dev is not deployed"),
    ],
)
def test_what_cannot_go_back(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        redrive(KNOWN, name, FakeQueues(), silent, dry_run=False)
    assert error.value.hint


def test_a_word_for_the_stage_may_end_the_name() -> None:
    known = [Queue("db", f"shop-{name}-development", f"shop-{name}-development") for name in ("orders", "orders-dlq")]
    assert find_queue(known, "orders-dlq").name == "shop-orders-dlq-development"
    with pytest.raises(UsageError, match="matches 2 queues"):
        find_queue(known, "orders")
