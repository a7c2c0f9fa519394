"""Messages of the three queues: sent by the command line and in parallel, delivered twice, and poisoned."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.keyvex.backend import AI, ANALYTICS, EMAIL, Backend
from tests.waiting import eventually

pytestmark = pytest.mark.e2e


def interaction(tool: str, kind: str = "view", **data: Any) -> dict[str, Any]:
    return {"messageType": "ANALYTICS_PROCESSING", "toolId": tool, "interactionType": kind, "data": data}


def record(body: Any, message_id: str) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1796000000000"}
    return {"messageId": message_id, "receiptHandle": "", "body": json.dumps(body), "attributes": attributes}


def test_a_mail_that_the_command_line_sends(backend: Backend) -> None:
    user = backend.name("user")
    data = {"userId": user, "templateId": "welcome", "data": {"to": f"{user}@example.com", "firstName": "Ada"}}
    words = ("queues", "send", f"keyvex/{EMAIL}", "--type", "EMAIL_NOTIFICATION", "--data")
    assert backend.system.pkgops(*words, json.dumps(data)).stdout == f"Sent to {EMAIL}.\n"
    item = backend.arrives(f"USER#{user}", "EMAIL#", status="sent", templateId="welcome", recipients=1)
    (sent,) = backend.asked("/sendgrid", user)
    assert sent["subject"] == "Welcome to Keyvex"
    assert sent["custom_args"] == {"userId": user, "messageId": item["messageId"]}


@pytest.mark.parametrize(
    ("queue", "kind", "data", "reason"),
    [
        (
            EMAIL,
            "EMAIL_NOTIFICATION",
            {"userId": "u", "templateId": "welcome", "data": {}},
            "data.firstName is missing",
        ),
        (ANALYTICS, "ANALYTICS_PROCESSING", {"toolId": "t", "interactionType": "bought"}, "interactionType"),
        (
            ANALYTICS,
            "ANALYTICS_PROCESSING",
            {"toolId": "t", "interactionType": "view", "data": {"customData": {"n": 1e200}}},
            "a number is out of range",
        ),
        (AI, "AI_PROCESSING", {"sessionId": "s", "userId": "u", "process": "magicSpark", "input": {}}, "expertise"),
    ],
)
def test_what_no_processor_would_accept_is_not_sent(
    backend: Backend, queue: str, kind: str, data: Any, reason: str
) -> None:
    before = backend.counts(queue)
    words = ("queues", "send", f"keyvex/{queue}", "--type", kind, "--data", json.dumps(data))
    refused = backend.system.pkgops(*words, ok=False)
    assert refused.returncode == 2
    assert reason in refused.stderr
    assert backend.counts(queue) == before


def test_interactions_are_counted_exactly(backend: Backend) -> None:
    """300 through the queue, and 40 that two of four deliveries bring at the same time."""
    tool = backend.name("tool")
    kinds = ["view"] * 4 + ["start", "complete"]
    bodies = [interaction(tool, kinds[number % 6], timeSpent=2) for number in range(300)]
    twice = [record(interaction(tool), f"{tool}-{number}") for number in range(40)]
    batches = [twice[start : start + 10] for start in range(0, 40, 10)] * 2
    with ThreadPoolExecutor(6) as threads:
        sent = [threads.submit(backend.send, ANALYTICS, *bodies[start : start + 50]) for start in range(0, 300, 50)]
        answers = list(threads.map(lambda batch: backend.invoke("analytics", batch), batches))
        assert sum(len(one.result()) for one in sent) == 300
    assert all(answer == {"batchItemFailures": []} for answer in answers)
    summary = backend.arrives(f"TOOL#{tool}", "ANALYTICS_SUMMARY", totalViews=240, totalStarts=50, conversionRate=20.83)
    assert (summary["totalCompletions"], summary["timeSpentTotal"], summary["timeSpentCount"]) == (50, 600, 300)
    assert len(backend.items(f"TOOL#{tool}", "INTERACTION#")) == 340


def test_poisoned_messages_do_not_keep_others_back(backend: Backend) -> None:
    tool, user = backend.name("tool"), backend.name("user")
    poison = ("no json", "[]", '{"messageType": "OTHER"}', "null")
    backend.send(ANALYTICS, *poison, interaction(tool), *poison)
    backend.send(EMAIL, *poison)
    backend.send(AI, *poison)
    mail = {"messageType": "EMAIL_NOTIFICATION", "userId": user, "templateId": "custom"}
    backend.send(EMAIL, {**mail, "data": {"to": f"{user}@example.com", "subject": "S", "text": "T"}})
    backend.arrives(f"TOOL#{tool}", "ANALYTICS_SUMMARY", totalViews=1)
    backend.arrives(f"USER#{user}", "EMAIL#", status="sent")
    for queue, number in ((ANALYTICS, 8), (EMAIL, 4), (AI, 4)):
        eventually(lambda queue=queue, number=number: sum(backend.counts(queue)) == number)
    bad = [record("no object", "m1"), record(interaction(tool), "m2"), record([], "m3")]
    assert backend.invoke("analytics", bad) == {"batchItemFailures": [{"itemIdentifier": one} for one in ("m1", "m3")]}


def test_a_mail_is_sent_once_though_it_is_delivered_several_times_at_once(backend: Backend) -> None:
    user = backend.name("user")
    body = {"messageType": "EMAIL_NOTIFICATION", "userId": user, "templateId": "custom"}
    one = record({**body, "data": {"to": f"{user}@example.com", "subject": "S", "text": "T"}}, f"m-{user}")
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: backend.invoke("email", [one]), range(4)))
    assert {"batchItemFailures": []} in answers
    assert backend.invoke("email", [one]) == {"batchItemFailures": []}
    assert len(backend.asked("/sendgrid", user)) == 1


def test_a_model_that_is_overloaded_is_asked_again(backend: Backend) -> None:
    session, user = backend.name("session"), backend.name("user")
    backend.providers("POST", "/_faults", {"path": "/anthropic/.*", "status": 529, "times": 1})
    body = {"messageType": "AI_PROCESSING", "sessionId": session, "userId": user, "process": "magicSpark"}
    backend.send(AI, {**body, "input": {"expertise": f"tax advice by {user}"}})
    done = backend.arrives(f"SESSION#{session}", "METADATA", status="completed")
    assert len(backend.asked("/anthropic", user)) == 2
    assert len(done["magicSparkResult"]["result"]) in (3, 4, 5)
    (message,) = backend.items(f"SESSION#{session}", "MESSAGE#")
    assert message["role"] == "assistant"
