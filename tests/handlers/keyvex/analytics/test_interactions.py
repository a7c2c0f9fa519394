"""What is stored of interactions and leads, and which messages fail."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from handlers.keyvex.analytics.analytics_processor import handler
from tests.handlers.gateway import Context
from tests.handlers.keyvex.fixtures.interactions import DAY, NOON, daily, deliver, interaction, summary
from tests.handlers.keyvex.fixtures.queues import Queue, failed, record


def test_an_interaction_as_it_is_stored(world: Any) -> None:
    tool = world.name()
    data = {"sessionId": "s1", "timeSpent": 12.5, "customData": {"a": [1, None]}, "unknown": "kept"}
    assert deliver(world, record(interaction(tool, "complete", **data), "m1")) == []
    assert world.item(f"TOOL#{tool}", f"INTERACTION#{NOON}#m1") == {
        "PK": f"TOOL#{tool}",
        "SK": f"INTERACTION#{NOON}#m1",
        "GSI1PK": f"ANALYTICS#{tool}",
        "GSI1SK": f"complete#{NOON}",
        "entityType": "INTERACTION",
        "toolId": tool,
        "interactionId": "m1",
        "sessionId": "s1",
        "interactionType": "complete",
        "interactionData": data,
        "timestamp": NOON,
        "createdAt": NOON,
        "updatedAt": NOON,
        "version": 1,
        "metadata": {},
    }


def test_summary_and_daily_figures(world: Any) -> None:
    tool = world.name()
    kinds = ["view"] * 7 + ["start"] * 4 + ["complete"] * 3 + ["abandon", "share"] + ["lead_capture"] * 2
    records = [record(interaction(tool, kind, timeSpent=0.1)) for kind in kinds]
    records += [record(interaction(tool, "view", NOON + DAY))]
    assert deliver(world, *records) == []
    before = time.time() * 1000
    found = summary(world, tool)
    assert 0 <= before - found.pop("updatedAt") < 60_000
    assert 0 <= before - found.pop("createdAt") < 60_000
    assert found == {
        "PK": f"TOOL#{tool}",
        "SK": "ANALYTICS_SUMMARY",
        "entityType": "ANALYTICS_SUMMARY",
        "toolId": tool,
        "totalViews": 8,
        "totalStarts": 4,
        "totalCompletions": 3,
        "totalAbandons": 1,
        "totalLeads": 2,
        "totalShares": 1,
        "timeSpentTotal": 1.8,  # 18 times 0.1, not 1.8000000000000003
        "timeSpentCount": 18,
        "conversionRate": 37.5,
        "leadRate": 25,
        "completionRate": 75,
        "averageTimeSpent": 0.1,
        "lastActivity": NOON + DAY,
        "version": 2,
        "metadata": {},
    }
    first, second = daily(world, tool, "2025-06-16"), daily(world, tool, "2025-06-17")
    names = ("date", "views", "starts", "completions", "abandons", "leads", "shares", "timeSpent")
    assert [first[name] for name in names] == ["2025-06-16", 7, 4, 3, 1, 2, 1, 1.8]
    assert [second[name] for name in names] == ["2025-06-17", 1, 0, 0, 0, 0, 0, 0]


def test_what_only_describes_an_interaction_costs_nobody_the_interaction(world: Any) -> None:
    tool = world.name()
    lead = {"leadData": {"name": 7, "phone": 491_701_234_567}, "score": "87 %", "utm": "mail", "customData": []}
    odd = {"stepCompleted": "intro", "totalSteps": 4.0, "ip": False, "sessionId": 12, "referrer": None}
    records = [
        record(interaction(tool, "lead_capture", **odd, **lead), "m9"),
        record({**interaction(tool), "data": None}),
    ]
    assert deliver(world, *records) == []
    stored = world.item(f"TOOL#{tool}", "LEAD#m9")
    assert [stored[name] for name in ("name", "phone", "score")] == [7, 491_701_234_567, "87 %"]
    assert stored["source"] == {"utm": "mail"}
    assert world.item(f"TOOL#{tool}", f"INTERACTION#{NOON}#m9")["interactionData"] == {**odd, **lead}
    assert [summary(world, tool)[name] for name in ("totalLeads", "totalViews")] == [1, 1]


def test_the_time_spent_may_be_text(world: Any) -> None:
    tool = world.name()
    spent = ["1.5", "0", 2, "0.0014", None]
    assert deliver(world, *(record(interaction(tool, timeSpent=one)) for one in spent)) == []
    assert [summary(world, tool)[name] for name in ("timeSpentTotal", "timeSpentCount")] == [3.501, 4]


def test_a_rate_without_a_denominator_is_0(world: Any) -> None:
    tool = world.name()
    deliver(world, record(interaction(tool, "complete")))
    rates = ("conversionRate", "leadRate", "completionRate", "averageTimeSpent")
    assert [summary(world, tool)[rate] for rate in rates] == [0, 0, 0, 0]


def test_a_lead(world: Any) -> None:
    tool, address = world.name(), f"Ann.{world.name('lead')}@Example.com"
    data = {
        "leadData": {"email": address, "name": "Ann", "phone": None},
        "responses": [{"question": 1, "answer": "yes"}],
        "score": 87.5,
        "resultCategory": "high",
        "utm": {"source": "mail"},
        "userAgent": "Firefox",
    }
    assert deliver(world, record(interaction(tool, "lead_capture", **data), "m2")) == []
    lead = world.item(f"TOOL#{tool}", "LEAD#m2")
    assert {name: lead[name] for name in lead if name not in ("PK", "SK", "createdAt", "updatedAt")} == {
        "GSI1PK": f"EMAIL#{address.lower()}",
        "GSI1SK": f"LEAD#{NOON}",
        "entityType": "LEAD",
        "leadId": "m2",
        "toolId": tool,
        "email": address,
        "name": "Ann",
        "responses": data["responses"],
        "score": 87.5,
        "resultCategory": "high",
        "source": {"utm": {"source": "mail"}, "userAgent": "Firefox"},
        "version": 1,
        "metadata": {},
    }


@pytest.mark.parametrize("who", [{}, {"email": ""}, {"email": None, "name": "Ann"}])
def test_a_lead_without_an_address_is_in_no_index(world: Any, who: dict[str, Any]) -> None:
    tool = world.name()
    assert deliver(world, record(interaction(tool, "lead_capture", leadData=who), "m3")) == []
    lead = world.item(f"TOOL#{tool}", "LEAD#m3")
    assert lead["entityType"] == "LEAD"
    assert "GSI1PK" not in lead
    assert "email" not in lead


def test_only_a_lead_capture_with_lead_data_leaves_a_lead(world: Any) -> None:
    tool = world.name()
    who = {"email": "a@example.com"}
    deliver(world, record(interaction(tool, "lead_capture")), record(interaction(tool, "view", leadData=who)))
    assert world.items(f"TOOL#{tool}", "LEAD#") == []
    assert summary(world, tool)["totalLeads"] == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"messageType": "AI_PROCESSING"},
        {"messageType": None},
        {"toolId": ""},
        {"toolId": 7},
        {"toolId": "x" * 257},
        {"interactionType": "click"},
        {"data": {"timeSpent": -1}},
        {"data": {"timeSpent": 2e9}},
        {"data": {"timeSpent": "NaN"}},
        {"data": {"timeSpent": "1e9"}},
        {"data": {"timeSpent": "9999999999"}},
        {"data": {"timeSpent": True}},
        {"data": {"leadData": {"email": "nobody"}}},
        {"data": []},
        {"timestamp": "yesterday"},
    ],
)
def test_an_invalid_message_fails_and_changes_nothing(world: Any, changed: dict[str, Any]) -> None:
    tool = world.name()
    good, bad = record(interaction(tool)), record({**interaction(tool), **changed})
    assert deliver(world, bad, good) == [bad["messageId"]]
    assert summary(world, tool)["totalViews"] == 1
    assert len(world.items(f"TOOL#{tool}", "INTERACTION#")) == 1


@pytest.mark.parametrize("missing", ["messageType", "toolId", "interactionType"])
def test_a_message_lacks_nothing(world: Any, missing: str) -> None:
    body = interaction(world.name())
    del body[missing]
    assert deliver(world, record(body, "m4")) == ["m4"]


def test_what_the_table_does_not_take_holds_up_nothing_else(world: Any) -> None:
    tool = world.name()
    large = record(interaction(tool, customData={"text": "x" * 420_000}), "large")
    far = record(interaction(tool, customData={"number": 1e200}), "far")
    batch = (record(interaction(tool), "m5"), large, far, record(interaction(tool), "m6"))
    assert sorted(deliver(world, *batch)) == ["far", "large"]
    assert summary(world, tool)["totalViews"] == 2


@pytest.mark.parametrize("number", ["1e400", "9" * 500, "9" * 5000])
def test_numbers_that_nothing_holds_hold_up_nothing_else(world: Any, number: str) -> None:
    tool = world.name()
    good = json.dumps(interaction(tool))
    unknown = good.replace('"data": {}', f'"data": {{"unknown": {number}}}')
    custom = good.replace('"data": {}', f'"data": {{"customData": {{"number": {number}}}}}')
    batch = (record(good), record(unknown, "unknown"), record(custom, "custom"), record("\u00a0" + good, "space"))
    assert sorted(deliver(world, *batch)) == ["custom", "space", "unknown"]
    assert summary(world, tool)["totalViews"] == 1


def test_the_time_of_a_message_without_one_is_when_it_was_sent(world: Any) -> None:
    tool = world.name()
    body = interaction(tool)
    del body["timestamp"]
    for count in (1, 2):
        deliver(world, record(body, "m7", count=count, sent=NOON + 5))
    assert [item["SK"] for item in world.items(f"TOOL#{tool}", "INTERACTION#")] == [f"INTERACTION#{NOON + 5}#m7"]
    assert summary(world, tool)["totalViews"] == 1


def test_the_app_writes_iso_times(world: Any) -> None:
    tool = world.name()
    deliver(world, record(interaction(tool, time="2025-06-16T12:00:00.000Z"), "m8"))
    assert world.item(f"TOOL#{tool}", f"INTERACTION#{NOON}#m8")


def test_the_function_answers_for_real_messages(world: Any, patched: pytest.MonkeyPatch) -> None:
    tool, queue = world.name(), Queue.new()
    patched.setenv("ANALYTICS_QUEUE_URL", queue.url)
    queue.put(interaction(tool), interaction(tool, "start"), "not JSON")
    event = queue.event()
    poisoned = next(one["messageId"] for one in event["Records"] if one["body"] == "not JSON")
    assert failed(handler(event, Context(remaining=300_000))) == [poisoned]
    assert failed(handler(event, Context(remaining=300_000))) == [poisoned]
    assert (summary(world, tool)["totalViews"], summary(world, tool)["totalStarts"]) == (1, 1)
    assert len(failed(handler(event, Context(remaining=5_000)))) == 3
