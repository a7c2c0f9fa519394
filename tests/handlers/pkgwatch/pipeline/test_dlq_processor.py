"""Dead letters: each is sent again or recorded, never lost and never both."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handlers.common import aws
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Table
from handlers.pkgwatch.pipeline.dlq_processor import DeadLetters, error_class, handler, process
from handlers.pkgwatch.runtime.metrics import Metrics
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.queues import Queue

NOW = datetime.now(UTC)


class CountedMetrics(Metrics):
    """Metrics that can be looked at."""

    def __init__(self) -> None:
        super().__init__(lambda: None, "Test")

    @property
    def counted(self) -> dict[Any, float]:
        return {(name, *(value for _, value in dimensions)): n for (name, _, dimensions), n in self._values.items()}


@pytest.fixture
def queues(world: Any) -> tuple[Queue, Queue]:
    return Queue.new(), Queue.new()


def run(
    queues: tuple[Queue, Queue], packages: Table, metrics: Metrics | None = None, sqs: Any = None
) -> dict[str, int]:
    letters = DeadLetters(
        sqs or aws.client("sqs"), queues[0].url, queues[1].url, packages, metrics or CountedMetrics(), wait=0
    )
    return process(letters, Deadline(lambda: 60), NOW)


def records(world: Any, name: str) -> list[dict[str, Any]]:
    found = world.packages.scan("begins_with(pk, :failed)", {"failed": "FAILED#"})
    return [item for item in found if item["name"] == name]


def letter(name: str, **more: Any) -> dict[str, Any]:
    return {"ecosystem": "npm", "name": name, "tier": 2, "reason": "daily_refresh", **more}


def held_back(queue: Queue) -> int:
    return queue.depths()[2]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("HTTP 404", "permanent"),
        ("Package Not Found", "permanent"),
        ("403 Forbidden after a timeout", "permanent"),
        ("malformed document", "permanent"),
        ("ReadTimeout: timed out", "transient"),
        ("503 Service Unavailable", "transient"),
        ("Too Many Requests", "transient"),
        ("temporarily away", "transient"),
        ("KeyError: versions", "unknown"),
        ("", "unknown"),
    ],
)
def test_classes_of_errors(error: str, expected: str) -> None:
    assert error_class(error) == expected


def test_a_mixed_queue(world: Any, queues: tuple[Queue, Queue]) -> None:
    gone, slow, old, odd = (f"p-{secrets.token_hex(4)}" for _ in range(4))
    queues[0].put(letter(gone, _last_error="404 not found"))
    queues[0].put(letter(slow, _last_error="timeout", force_refresh=True))
    queues[0].put(letter(old, _last_error="timeout", _retry_count=5))
    queues[0].put(letter(odd), "{", "[]", letter("../etc"), {"ecosystem": "cargo", "name": "x"}, {"name": 5})
    counters = CountedMetrics()
    assert run(queues, world.packages, counters) == {
        "processed": 9,
        "requeued": 2,
        "permanently_failed": 5,
        "skipped": 2,
    }
    assert queues[0].depths() == (0, 0, 0)
    assert held_back(queues[1]) == 2
    ((record,), (tired,)) = records(world, gone), records(world, old)
    assert (record["failure_reason"], record["error_type"], record["retry_count"]) == (
        "permanent_error",
        "permanent",
        0,
    )
    assert json.loads(record["body"])["name"] == gone
    assert datetime.fromisoformat(record["sk"]).tzinfo
    assert (tired["failure_reason"], tired["retry_count"]) == ("max_retries_exceeded", 5)
    assert counters.counted[("DLQMessagesProcessed",)] == 9
    assert counters.counted[("DLQPermanentFailures",)] == 5
    assert counters.counted[("DLQProcessing", "requeued", slow)] == 1


class Undelayed:
    """The emulator's queues, where nothing is held back; remembers what would have been. ``failing`` operations
    raise that many times."""

    def __init__(self, **failing: int) -> None:
        self.delays: list[int] = []
        self.failing = failing
        self._sqs = aws.client("sqs")

    def __getattr__(self, operation: str) -> Any:
        if self.failing.get(operation, 0) > 0:
            self.failing[operation] -= 1

            def fail(**_: Any) -> None:
                raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "away"}}, operation)

            return fail
        return getattr(self._sqs, operation)

    def send_message_batch(self, **call: Any) -> Any:
        if self.failing.get("send", 0) > 0:
            self.failing["send"] -= 1
            raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "away"}}, "SendMessageBatch")
        self.delays += [entry.pop("DelaySeconds", 0) for entry in call["Entries"]]
        return self._sqs.send_message_batch(**call)


def test_delays_grow_and_the_sixth_retry_is_recorded(world: Any, queues: tuple[Queue, Queue]) -> None:
    name = f"p-{secrets.token_hex(4)}"
    world.packages.put({"pk": f"npm#{name}", "sk": "LATEST", "collection_error": "connection reset"})
    queues[0].put(letter(name))
    sqs = Undelayed()
    for tried in range(1, 6):
        assert run(queues, world.packages, sqs=sqs)["requeued"] == 1
        (message,) = queues[1].take()
        assert message == letter(name, _retry_count=tried, _last_error="connection reset", _error_class="transient")
        queues[0].put(message)
    assert sqs.delays == [60, 120, 240, 480, 900]
    assert run(queues, world.packages)["permanently_failed"] == 1
    assert len(records(world, name)) == 1


def test_a_message_that_cannot_be_sent_stays(world: Any, queues: tuple[Queue, Queue]) -> None:
    name = f"p-{secrets.token_hex(4)}"
    queues[0].put(letter(name))
    assert run(queues, world.packages, sqs=Undelayed(send=1)) == {
        "processed": 1,
        "requeued": 0,
        "permanently_failed": 0,
        "skipped": 1,
    }
    assert (queues[0].depths(), queues[1].depths()) == ((0, 1, 0), (0, 0, 0))


def test_a_message_that_cannot_be_recorded_stays(world: Any, queues: tuple[Queue, Queue], missing_table: Table) -> None:
    queues[0].put(letter("x", _last_error="404"), letter("y"))
    assert run(queues, missing_table)["skipped"] == 2
    assert queues[0].depths() == (0, 2, 0)


def test_deletion_is_attempted_three_times(world: Any, queues: tuple[Queue, Queue]) -> None:
    name = f"p-{secrets.token_hex(4)}"
    queues[0].put(letter(name, _last_error="404"))
    run(queues, world.packages, sqs=Undelayed(delete_message=2))
    assert queues[0].depths() == (0, 0, 0)


def test_a_message_recorded_twice_has_one_record(world: Any, queues: tuple[Queue, Queue]) -> None:
    """It could not be deleted, and came back."""
    name = f"p-{secrets.token_hex(4)}"
    queues[0].put(letter(name, _last_error="404"))
    sqs = aws.client("sqs")

    class Forgetful(Undelayed):
        def receive_message(self, **call: Any) -> Any:
            return sqs.receive_message(**{**call, "VisibilityTimeout": 0})

        def delete_message(self, **_: Any) -> None:
            raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "away"}}, "DeleteMessage")

    assert run(queues, world.packages, sqs=Forgetful())["permanently_failed"] == 10
    assert len(records(world, name)) == 1


def test_a_full_queue_takes_several_runs(world: Any, queues: tuple[Queue, Queue]) -> None:
    for number in range(120):
        queues[0].put(letter(f"many-{number}", _last_error="timeout"))
    assert [run(queues, world.packages)["requeued"] for _ in range(3)] == [100, 20, 0]
    assert held_back(queues[1]) == 120


def test_time_runs_out(world: Any, queues: tuple[Queue, Queue]) -> None:
    queues[0].put(letter("x"))
    letters = DeadLetters(aws.client("sqs"), queues[0].url, queues[1].url, world.packages, CountedMetrics(), wait=0)
    assert process(letters, Deadline(lambda: 0), NOW)["processed"] == 0


def test_the_function(patched: pytest.MonkeyPatch, world: Any, queues: tuple[Queue, Queue]) -> None:
    values = {"DLQ_URL": queues[0].url, "MAIN_QUEUE_URL": queues[1].url, "MAX_DLQ_RETRIES": "2"}
    for name, value in {**values, "METRICS_NAMESPACE": f"Dead-{secrets.token_hex(4)}"}.items():
        patched.setenv(name, value)
    settings.cache_clear()
    queues[0].put(letter("x", _retry_count=2), letter("y", _retry_count=1))
    result = {"processed": 2, "requeued": 1, "permanently_failed": 1, "skipped": 0}
    assert handler({}, Context(remaining=120_000)) == result
    found = aws.client("cloudwatch").list_metrics(Namespace=settings().metrics_namespace)["Metrics"]
    assert {"DLQMessagesProcessed", "DLQProcessing"} < {metric["MetricName"] for metric in found}
