"""Which messages of a batch come again, and when."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.deadline import Deadline, OutOfTime
from handlers.common.secrets import SecretUnavailable
from handlers.keyvex.email.sendgrid import NotSent
from handlers.keyvex.shared.batch import Delivery, deliveries, process_each, process_once
from handlers.keyvex.shared.messages import InvalidMessage
from handlers.keyvex.shared.once import Claim, InProgress, claim
from tests.handlers.keyvex.fixtures.queues import Queue, failed, record

AMPLE = Deadline(lambda: 60)


def delivery(message_id: str) -> Delivery:
    return deliveries({"Records": [record("{}", message_id)]})[0]


def test_one_failure_does_not_concern_the_others() -> None:
    seen: list[str] = []

    def work(one: Delivery) -> None:
        seen.append(one.message_id)
        if one.message_id in ("b", "c"):
            raise InvalidMessage("wrong") if one.message_id == "b" else RuntimeError("broken")

    event = {"Records": [record({}, name) for name in "abcd"]}
    assert failed(process_each(event, AMPLE, "", work)) == ["b", "c"]
    assert seen == ["a", "b", "c", "d"]


@pytest.mark.parametrize("error", [NotSent("SendGrid answered 500"), SecretUnavailable("no key"), OutOfTime()])
def test_a_failure_that_is_expected_is_one_line_of_the_log(caplog: Any, error: Exception) -> None:
    def work(_: Delivery) -> None:
        raise error

    assert failed(process_each({"Records": [record({}, "a")]}, AMPLE, "", work)) == ["a"]
    (line,) = caplog.records
    assert (line.message, line.reason) == ("A message could not be processed", str(error) or "OutOfTime")
    assert not line.exc_info


def test_every_message_is_logged_by_its_id_and_type(caplog: Any) -> None:
    caplog.set_level("INFO")
    bodies = {"a": {"messageType": "AI_PROCESSING"}, "b": {"messageType": "private"}, "c": {"messageType": 7}}

    def work(one: Delivery) -> None:
        if one.message_id == "c":
            raise InvalidMessage("wrong")

    event = {"Records": [record(body, name, count=2) for name, body in bodies.items()]}
    process_each(event, AMPLE, "", work)
    lines = [(line.message, line.message_id, getattr(line, "type", None), line.delivery) for line in caplog.records]
    assert lines == [
        ("A message was processed", "a", "AI_PROCESSING", 2),
        ("A message was processed", "b", None, 2),
        ("A message is invalid", "c", None, 2),
    ]


def test_nothing_is_begun_after_the_deadline() -> None:
    seen: list[str] = []
    deadline = Deadline(lambda: 1 - len(seen))
    event = {"Records": [record({}, name) for name in "abc"]}
    assert failed(process_each(event, deadline, "", lambda one: seen.append(one.message_id))) == ["b", "c"]
    assert seen == ["a"]


class BusyError(Exception):
    def __init__(self, seconds: float) -> None:
        self.retry_after = seconds


def test_failed_messages_come_again_soon_though_the_queue_hides_them_for_long(environment: Any) -> None:
    """At the latest when SQS has hidden them for 12 hours, of which 15 minutes may be over."""
    queue = Queue.new().put({"n": 1}, {"n": 2}, {"n": 3})
    called: list[dict[str, Any]] = []
    aws.client("sqs").meta.events.register(
        "before-parameter-build.sqs.ChangeMessageVisibilityBatch", lambda params, **_: called.append(params)
    )

    def work(one: Delivery) -> None:
        raise {"1": ValueError(), "2": BusyError(61.2), "3": BusyError(86_400)}[one.body[-2]]

    event = queue.event()
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = "2"
    assert len(failed(process_each(event, AMPLE, queue.url, work))) == 3
    timeouts = {json_number(event, entry): entry["VisibilityTimeout"] for entry in called[0]["Entries"]}
    assert timeouts == {1: 60, 2: 62, 3: 42_300}


def json_number(event: dict[str, Any], entry: dict[str, Any]) -> int:
    body = next(one["body"] for one in event["Records"] if one["receiptHandle"] == entry["ReceiptHandle"])
    return int(body[-2])


def test_a_queue_that_does_not_answer_costs_the_speed_alone(environment: Any) -> None:
    event = {"Records": [{**record({}, "a"), "receiptHandle": "unknown"}]}
    missing = Queue.new().url + "-missing"

    def work(_: Delivery) -> None:
        raise ValueError

    assert failed(process_each(event, AMPLE, missing, work)) == ["a"]


def test_a_message_takes_effect_once(world: Any, at_once: Callable[..., list[Any]]) -> None:
    effects: list[int] = []
    message = delivery(world.name("message"))

    def attempt(number: int) -> int:
        try:
            process_once(world.table, message, AMPLE, lambda *_: (time.sleep(0.05), effects.append(number)))
        except InProgress as busy:
            return busy.retry_after
        return 0

    waits = at_once(attempt, 8)
    assert 0 in waits
    assert all(0 <= wait <= 130 for wait in waits)  # the deadline, a minute to store what became of it, and more
    assert attempt(9) == 0
    assert len(effects) == 1
    marker = world.item(f"IDEMPOTENCY#{message.message_id}", "DONE")
    assert marker["ttl"] == pytest.approx(time.time() + 86_400, abs=120)


def test_a_message_that_failed_can_be_begun_at_once(world: Any) -> None:
    message = delivery(world.name("message"))

    def broken(*_: Any) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it has no text
        process_once(world.table, message, AMPLE, broken)
    assert world.items(f"IDEMPOTENCY#{message.message_id}") == []
    done: list[Claim] = []
    process_once(world.table, message, AMPLE, lambda _, claimed: done.append(claimed))
    assert done[0].done


def test_a_claim_ends_with_the_invocation_that_was_killed(world: Any) -> None:
    message, now = world.name("message"), 1_800_000_000_000
    assert claim(world.table, message, now, 900)
    with pytest.raises(InProgress) as busy:
        claim(world.table, message, now + 899_000, 900)
    assert busy.value.retry_after == 1
    assert claim(world.table, message, now + 900_000, 900)
