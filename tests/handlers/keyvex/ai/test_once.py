"""A message takes effect once, whoever else has it or writes to its session meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handlers.common import aws
from handlers.keyvex.ai import run
from handlers.keyvex.ai.ai_processor import handler
from tests.handlers.gateway import Context
from tests.handlers.keyvex.fixtures.processor import FRAMEWORK, INPUTS, Processor, message
from tests.handlers.keyvex.fixtures.providers import World as Providers
from tests.handlers.keyvex.fixtures.queues import Queue, failed

ANTHROPIC = "/anthropic/.*"


def test_a_message_that_comes_again_asks_nobody_again(
    processor: Processor, provider: Providers, names: tuple[str, str]
) -> None:
    for count in (1, 2):
        assert processor.deliver(message(*names), count=count, message_id="r-" + names[0]) == []
    assert len(provider.asked()) == 1
    assert len(processor.world.items(f"SESSION#{names[0]}", "MESSAGE#")) == 1
    assert processor.session(names[0])["version"] == 2


def test_a_message_delivered_to_two_functions_at_once_is_processed_by_one(
    processor: Processor, provider: Providers, names: tuple[str, str], at_once: Callable[..., list[Any]]
) -> None:
    provider.fault(ANTHROPIC, seconds=0.3)
    body, name = message(*names), "t-" + names[0]
    answers = at_once(lambda _: Processor(processor.world).deliver(body, message_id=name), 4)
    assert [] in answers
    assert all(answer in ([], [name]) for answer in answers)
    assert len(provider.asked()) == 1


def test_a_result_that_could_not_be_stored_leaves_no_part_of_it(
    processor: Processor, provider: Providers, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*_: Any) -> Iterator[dict[str, Any]]:
        yield {"PK": "ALERT#large", "SK": "ALERT", "text": "x" * 410_000}

    name = "p-" + names[0]
    with monkeypatch.context() as patch:
        patch.setattr(run, "alert_items", too_large)
        assert processor.deliver(message(*names), message_id=name) == [name]
    assert processor.world.items(f"SESSION#{names[0]}", "MESSAGE#") == []
    assert processor.deliver(message(*names), message_id=name) == []  # as a redrive brings it: counted from 1 again
    assert len(processor.world.items(f"SESSION#{names[0]}", "MESSAGE#")) == 1


def test_a_result_that_no_item_holds_is_paid_once(
    processor: Processor, provider: Providers, names: tuple[str, str], caplog: Any
) -> None:
    session, user = names
    large = {"currentFramework": {**FRAMEWORK, "notes": "x" * 200_000}, "action": "optimize"}
    notes = {"PK": f"SESSION#{session}", "SK": "METADATA", "userId": user, "notes": "x" * 250_000}
    processor.world.table.put(notes)
    body, name = message(session, user, "logicArchitect", **large), "l-" + session
    for count in (1, 2, 3):
        assert processor.deliver(body, count=count, message_id=name) == [name]
        assert caplog.records[-1].reason == "result_not_storable"
    assert len(provider.asked()) == 1
    item = processor.session(session)
    assert (item["status"], item["lastError"]) == ("failed", "result_not_storable")
    assert sum(item["sessionData"]["modelUsage"].values()) == 1


def test_parallel_messages_of_a_session_keep_each_others_results(
    processor: Processor, names: tuple[str, str], at_once: Callable[..., list[Any]]
) -> None:
    bodies = [message(*names, kind) for kind in INPUTS]
    assert at_once(lambda number: Processor(processor.world).deliver(bodies[number]), 4) == [[]] * 4
    item = processor.session(names[0])
    assert all(item[f"{kind}Result"]["success"] for kind in INPUTS)
    assert item["sessionData"]["progress"] == 100
    assert sum(item["sessionData"]["modelUsage"].values()) == 4
    total = sum(item[f"{kind}Result"]["cost"] for kind in INPUTS)
    assert item["sessionData"]["totalCost"] == pytest.approx(total)
    assert item["GSI1SK"] == f"SESSION#{item['createdAt']}"


def test_a_session_that_others_wrote_keeps_what_it_has(processor: Processor, names: tuple[str, str]) -> None:
    session, user = names
    own = {"createdAt": "2025-06-16T12:00:00Z", "note": "kept", "metadata": {"a": 1}, "sessionData": {"steps": [1]}}
    processor.world.table.put({"PK": f"SESSION#{session}", "SK": "METADATA", **own})
    assert processor.deliver({**message(session, user), "toolId": "tool-1"}) == []
    item = processor.session(session)
    assert (item["note"], item["metadata"], item["createdAt"]) == ("kept", {"a": 1}, own["createdAt"])
    assert item["sessionData"]["steps"] == [1]
    assert (item["toolId"], item["version"]) == ("tool-1", 2)


def test_a_session_of_another_user_is_left_alone(
    processor: Processor, provider: Providers, names: tuple[str, str], caplog: Any
) -> None:
    processor.deliver(message(*names))
    before = processor.session(names[0])
    assert len(processor.deliver(message(names[0], "another"))) == 1
    assert processor.session(names[0]) == before
    assert len(provider.asked()) == 1
    assert caplog.records[-1].reason == "the session is another user's"


def test_the_function_brings_its_next_attempt_forward(
    processor: Processor, provider: Providers, names: tuple[str, str], patched: pytest.MonkeyPatch
) -> None:
    queue = Queue.new().put(message(*names))
    patched.setenv("AI_PROCESSING_QUEUE_URL", queue.url)
    called: list[dict[str, Any]] = []
    aws.client("sqs").meta.events.register(
        "before-parameter-build.sqs.ChangeMessageVisibilityBatch", lambda params, **_: called.append(params)
    )
    provider.fault(ANTHROPIC, status=429, headers={"retry-after": "100"}, times=2)
    event = queue.event()
    context = Context(function_name="keyvex-ai-processor-test", remaining=900_000)
    (name,) = failed(handler(event, context))
    assert [entry["VisibilityTimeout"] for entry in called[-1]["Entries"]] == [100]
    assert failed(handler(event, context)) == []
    assert name == event["Records"][0]["messageId"]
