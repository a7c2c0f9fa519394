"""Pages that draw: metrics and alarms, the last deployment, cold starts; and what is found out only when asked for."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pkgops.ports.metrics import MEDIAN, P99, SUM, Alarm, MetricQuery
from pkgops.ports.stacks import StackEvent, StackResource
from tests.pkgops.console.conftest import HOSTILE, FakeStage, Opened, now
from tests.pkgops.console.test_pages import assert_harmless

ORDER = "shop-order-local"
STACK = "shop-main-local"


def measure(shown: FakeStage) -> None:
    """A function that was used, and two alarms, one of which rings."""
    metrics: Any = shown.ports.metrics
    at = int(time.time()) // 300 * 300
    for name, statistic, values in (
        ("Invocations", SUM, (40.0, 60.0)),
        ("Errors", SUM, (0.0, 3.0)),
        ("Duration", MEDIAN, (12.0, 15.0)),
        ("Duration", P99, (90.0, 2100.0)),
    ):
        metrics.points[name, ORDER, statistic] = tuple((at - 900 + 300 * i, value) for i, value in enumerate(values))
    query = MetricQuery("AWS/Lambda", "Errors", (("FunctionName", ORDER),))
    metrics.known = [
        Alarm("quiet", "INSUFFICIENT_DATA"),
        Alarm("rings", "ALARM", "2026-05-01T09:30:00+00:00", HOSTILE, 1.0, query),
    ]


@pytest.fixture
def alarmed(monkeypatch: pytest.MonkeyPatch, pages: Opened) -> Opened:
    """The console over a stack that has alarms."""
    shown = pages.served.shown
    measure(shown)
    there = [StackResource(name, name, "AWS::CloudWatch::Alarm", "CREATE_COMPLETE") for name in ("quiet", "rings")]
    monkeypatch.setattr(shown.ports.stacks, "resources", lambda stack: there if stack == STACK else [])
    return pages


def test_metrics_are_drawn(alarmed: Opened) -> None:
    frame = alarmed.text("/metrics?system=shop&back=1h")
    assert [part in frame for part in ("/metrics/functions?", "/metrics/queues?", "/metrics/apis?")] == [True] * 3
    text = alarmed.text("/metrics/functions?system=shop&back=1h")
    assert "100 invocations, 3 errors" in text
    assert "median 15 ms, p99 2.1 s" in text
    assert text.count("<svg") == 2
    assert len(re.findall(r'class="line first" d="(M[\d.]+ 38V[\d.]+){2}"', text)) == 1
    assert "style=" not in text
    assert "Nothing measured in the last 1h" in alarmed.text("/metrics/queues?system=shop&back=1h")
    assert alarmed.get("/metrics/absent?system=shop").status_code == 404
    assert alarmed.get("/metrics?back=3y").status_code == 404


def test_alarms_that_ring_come_first(alarmed: Opened) -> None:
    text = alarmed.text("/metrics/alarms?system=shop")
    assert text.index(">rings<") < text.index("1 alarm without enough data") < text.index(">quiet<")
    assert 'class="line limit"' in text
    assert_harmless(text)
    assert "No alarm is deployed" in alarmed.text("/metrics/alarms?system=notes")


def test_the_last_deployment_is_drawn(monkeypatch: pytest.MonkeyPatch, pages: Opened) -> None:
    began = datetime.now(UTC) - timedelta(hours=1)

    def event(seconds: int, name: str, status: str, reason: str = "") -> StackEvent:
        type = "AWS::CloudFormation::Stack" if name == STACK else "AWS::SQS::Queue"
        at = (began + timedelta(seconds=seconds)).isoformat()
        return StackEvent(f"{seconds}{name}", STACK, at, name, "", type, status, reason)

    rows = [event(0, STACK, "UPDATE_IN_PROGRESS"), event(1, HOSTILE, "CREATE_IN_PROGRESS")]
    rows += [event(4, HOSTILE, "CREATE_FAILED", HOSTILE), event(5, STACK, "UPDATE_ROLLBACK_COMPLETE")]
    stacks = pages.served.shown.ports.stacks
    monkeypatch.setattr(stacks, "events", lambda stack, since="", **_: rows if stack == STACK else [])
    text = pages.text("/deployment/chart?system=shop")
    assert text.count('class="bar failed"') == 2
    assert "Deployment of 1 stack" in text
    assert_harmless(text)
    assert "No deployment since 7d" in pages.text("/deployment/chart?system=blog")
    assert "/deployment/chart?system=shop" in pages.text("/deployment?system=shop")


def test_costs_are_those_of_the_command(pages: Opened) -> None:
    text = pages.text("/cost?system=shop")
    assert "USD a month" in text
    assert "not verified" in text
    assert "Lambda requests" in text
    assert pages.get("/cost?system=shop&usage=absent").status_code != 200


def test_cold_starts_are_counted(pages: Opened) -> None:
    logs: Any = pages.served.shown.ports.logs
    sizes = "Billed Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB"
    for number, init in enumerate(("\tInit Duration: 400.5 ms", "", "\tInit Duration: 600 ms")):
        report = f"REPORT RequestId: r-{number}\tDuration: 3 ms\t{sizes}{init}"
        logs.write(f"/aws/lambda/{ORDER}", "s", [(now() - 5000 + number, report)])
    logs.write(f"/aws/lambda/{ORDER}", "s", [(now(), "it says, cold start 9999 ms")])
    text = pages.text(f"/functions/{ORDER}/starts")
    assert "2 of 3 invocations since 1d started cold: median 500 ms, longest 600 ms" in text
    assert text.count("<svg") == 1
    assert f"/functions/{ORDER}/starts" in pages.text(f"/functions/{ORDER}")


def test_drift_is_detected_when_asked_for(pages: Opened) -> None:
    text = pages.post("/systems/shop/drift").text
    assert "Drift of main" in text
    assert "No stack is deployed" in pages.post("/systems/blog/drift").text
