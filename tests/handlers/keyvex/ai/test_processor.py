"""What a message leaves behind: session, message, metric, alerts, progress."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.keyvex.ai import records
from handlers.keyvex.shared.clock import utc_date
from tests.handlers.keyvex.fixtures.processor import INPUTS, Processor, message
from tests.handlers.keyvex.fixtures.providers import World as Providers
from tests.handlers.keyvex.fixtures.sockets import Sockets, connection, sockets

ANTHROPIC = "/anthropic/.*"


@pytest.fixture
def browser(world: Any, names: tuple[str, str], patched: pytest.MonkeyPatch) -> Iterator[Sockets]:
    """A connection of the user, and one of another."""
    with sockets() as seen:
        patched.setenv("WEBSOCKET_CALLBACK_URL", seen.url)
        for name, user in ((f"own-{names[1]}", names[1]), (f"foreign-{names[1]}", "another")):
            world.table.put(connection(name, user, int(time.time()) + 600))
        yield seen


def progress(browser: Sockets, user: str) -> list[tuple[str, str, str]]:
    """The frames on the user's connection, in order."""
    return [(one["jobId"], one["stepName"], one["status"]) for one in browser.frames[f"own-{user}"]]


def test_a_session_with_its_first_result(processor: Processor, names: tuple[str, str]) -> None:
    session, user = names
    before = int(time.time() * 1000)
    assert processor.deliver(message(session, user)) == []
    item = processor.session(session)
    created, result, data = item["createdAt"], item["magicSparkResult"], item["sessionData"]
    assert before <= created <= item["updatedAt"] <= time.time() * 1000
    assert (item["GSI1PK"], item["GSI1SK"]) == (f"USER#{user}", f"SESSION#{created}")
    expected = {
        "entityType": "SESSION",
        "sessionId": session,
        "userId": user,
        "currentStep": "magic-spark",
        "status": "completed",
        "version": 2,
        "metadata": {},
    }
    assert {name: item[name] for name in expected} == expected
    assert data == {
        "currentAgent": "magicSpark",
        "progress": 25,
        "totalSteps": 4,
        "modelUsage": {"claude-3-7-sonnet-20250219": 1},
        "totalCost": result["cost"],
    }
    assert result["success"] is True
    assert (result["process"], result["provider"]) == ("magicSpark", "anthropic")
    tokens = result["tokens"]
    assert result["cost"] == pytest.approx((tokens["input"] * 0.003 + tokens["output"] * 0.015) / 1000)
    assert result["metadata"]["processingTime"] == result["latency"]


def test_the_message_and_the_metric_of_a_result(processor: Processor, names: tuple[str, str]) -> None:
    session, user = names
    processor.deliver(message(session, user, unknown="kept"), message_id="m-" + session)
    result = processor.session(session)["magicSparkResult"]
    (kept,) = processor.world.items(f"SESSION#{session}", "MESSAGE#")
    assert kept["SK"] == f"MESSAGE#{kept['timestamp']}#m-{session}"
    assert (kept["GSI1PK"], kept["GSI1SK"]) == (f"USER#{user}", f"MESSAGE#{kept['timestamp']}")
    assert json.loads(kept["content"]) == result["result"]
    assert (kept["role"], kept["agent"], kept["modelUsed"]) == ("assistant", "magicSpark", result["model"])
    assert kept["tokenCount"] == result["tokens"]["input"] + result["tokens"]["output"]
    metadata = kept["metadata"]
    assert (metadata["priority"], metadata["content"]) == ("high", kept["content"])
    assert metadata["originalInput"].items() >= {**INPUTS["magicSpark"], "unknown": "kept"}.items()
    where, values = (
        "GSI1PK = :process AND GSI1SK = :time",
        {"process": "PROCESS#magicSpark", "time": str(kept["timestamp"])},
    )
    metric = next(one for one in processor.world.table.pages("GSI1", where, values) if one["userId"] == user)
    assert (metric["PK"], metric["SK"]) == (
        f"METRIC#{utc_date(kept['timestamp'])}",
        f"REQUEST#{kept['timestamp']}#request-1",
    )
    assert (metric["GSI2PK"], metric["GSI2SK"]) == ("PROVIDER#anthropic", str(kept["timestamp"]))
    assert (metric["success"], metric["cost"], metric["inputTokens"]) == (
        True,
        result["cost"],
        result["tokens"]["input"],
    )
    assert metric["ttl"] == kept["timestamp"] // 1000 + 30 * 86_400


def test_a_text_that_is_large_is_stored_once(
    processor: Processor, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_METADATA_BYTES", 300)
    processor.deliver(message(*names))
    (kept,) = processor.world.items(f"SESSION#{names[0]}", "MESSAGE#")
    assert len(kept["content"]) > 300
    assert "content" not in kept["metadata"]
    assert kept["metadata"]["originalInput"]


def test_progress_is_told_at_each_step_and_to_nobody_else(
    processor: Processor, names: tuple[str, str], browser: Sockets
) -> None:
    session, user = names
    processor.deliver(message(session, user))
    statuses = ("started", "llm_call_pending", "llm_data_received", "completed")
    assert progress(browser, user) == [(session, "magicSpark", status) for status in statuses]
    assert list(browser.frames) == [f"own-{user}"]
    last = browser.frames[f"own-{user}"][-1]
    assert last["data"] == processor.session(session)["magicSparkResult"]
    assert last["timestamp"].endswith("Z")


def test_a_failure_is_told_stored_and_reported(
    processor: Processor, provider: Providers, names: tuple[str, str], browser: Sockets, capsys: Any
) -> None:
    session, user = names
    provider.fault(ANTHROPIC, status=529)
    assert processor.deliver(message(session, user), message_id="f-" + session) == ["f-" + session]
    assert [status for *_, status in progress(browser, user)] == ["started", "llm_call_pending", "failed"]
    assert browser.frames[f"own-{user}"][-1]["message"] == "http_529"
    item = processor.session(session)
    assert (item["status"], item["lastError"], item["sessionData"]["progress"]) == ("failed", "http_529", 0)
    assert processor.world.items(f"SESSION#{session}", "MESSAGE#") == []
    alert = processor.world.item(f"ALERT#f-{session}-error", "ALERT")
    assert (alert["GSI1PK"], alert["GSI1SK"]) == ("ALERT_TYPE#error", f"high#{alert['timestamp']}")
    assert alert["ttl"] == alert["timestamp"] // 1000 + 90 * 86_400
    assert emitted(capsys)["ErrorCount"] == [1]


def test_an_invalid_message_is_told_to_its_sender(
    processor: Processor, names: tuple[str, str], browser: Sockets
) -> None:
    processor.deliver(message(*names, action="validate"))
    assert progress(browser, names[1]) == [(names[0], "magicSpark", "failed")]
    assert "validate needs originalSuggestion" in browser.frames[f"own-{names[1]}"][0]["message"]


def emitted(capsys: Any) -> dict[str, Any]:
    """The only line of metrics."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    assert len(lines) == 1
    found: dict[str, Any] = lines[0]
    return found


def test_metrics_are_those_the_alarms_read(processor: Processor, names: tuple[str, str], capsys: Any) -> None:
    processor.deliver(message(*names))
    line, result = emitted(capsys), processor.session(names[0])["magicSparkResult"]
    (about,) = line["_aws"]["CloudWatchMetrics"]
    assert (about["Namespace"], about["Dimensions"]) == ("Keyvex/AI", [[]])
    assert {one["Name"] for one in about["Metrics"]} == {"TotalCost", "AverageLatency", "ErrorCount"}
    assert (line["TotalCost"], line["AverageLatency"]) == ([result["cost"]], [result["latency"]])
    assert line["ErrorCount"] == [0]


def test_what_is_dear_or_slow_raises_an_alert(
    processor: Processor, names: tuple[str, str], patched: pytest.MonkeyPatch
) -> None:
    patched.setenv("AI_COST_ALERT_USD", "0.000001")
    patched.setenv("AI_LATENCY_ALERT_MS", "-1")
    processor.deliver(message(*names), message_id="a-" + names[0])
    kinds = {kind: processor.world.item(f"ALERT#a-{names[0]}-{kind}", "ALERT") for kind in ("cost", "performance")}
    assert (kinds["cost"]["severity"], kinds["performance"]["severity"]) == ("high", "medium")
    assert kinds["cost"]["data"]["cost"] > 0
    assert not processor.world.item(f"ALERT#a-{names[0]}-error", "ALERT")


def test_nothing_secret_and_nothing_of_a_message_is_logged(
    processor: Processor, provider: Providers, names: tuple[str, str], caplog: Any
) -> None:
    provider.says("an answer of the model", times=1)
    processor.deliver(message(*names, expertise="something private"))
    processor.deliver("something private")
    processor.deliver(message(*names, action="something private"))
    logged = "\n".join([caplog.text, *(str(vars(record)) for record in caplog.records)])
    assert "unusable_answer: no JSON" in logged
    for private in ("something private", "sk-ant-test", "an answer of the model"):
        assert private not in logged
