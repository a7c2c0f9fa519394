"""Metrics are sent together when a run ends, and never fail it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from handlers.common import aws
from handlers.pkgwatch.runtime.metrics import BATCH, Metrics, metrics


class Watched:
    """Remembers what it is sent."""

    def __init__(self, fails: bool = False) -> None:
        self.calls: list[dict[str, Any]] = []
        self._fails = fails

    def put_metric_data(self, **call: Any) -> None:
        self.calls.append(call)
        if self._fails:
            raise ClientError({"Error": {"Code": "Throttling", "Message": "slow down"}}, "PutMetricData")


def test_a_run_is_one_call() -> None:
    cloudwatch = Watched()
    gathered = Metrics(lambda: cloudwatch, "PkgWatch")
    gathered.count("Seen")
    gathered.count("Seen", 2)
    gathered.count("Seen", 5, Ecosystem="npm", Action="sent")
    gathered.count("Failed", 0)
    gathered.value("Share", 12.5, "Percent")
    gathered.value("Share", 99.5, "Percent")
    gathered.send()
    gathered.send()
    assert cloudwatch.calls == [
        {
            "Namespace": "PkgWatch",
            "MetricData": [
                {"MetricName": "Seen", "Value": 3.0, "Unit": "Count"},
                {
                    "MetricName": "Seen",
                    "Value": 5.0,
                    "Unit": "Count",
                    "Dimensions": [{"Name": "Action", "Value": "sent"}, {"Name": "Ecosystem", "Value": "npm"}],
                },
                {"MetricName": "Failed", "Value": 0.0, "Unit": "Count"},
                {"MetricName": "Share", "Value": 99.5, "Unit": "Percent"},
            ],
        }
    ]


def test_more_metrics_than_one_call_takes() -> None:
    cloudwatch = Watched(fails=True)
    gathered = Metrics(lambda: cloudwatch, "PkgWatch")
    for number in range(BATCH + 1):
        gathered.count("Seen", 1, Package=f"p{number}")
    gathered.send()
    assert [len(call["MetricData"]) for call in cloudwatch.calls] == [BATCH, 1]


def test_no_metrics_need_no_client() -> None:
    Metrics(lambda: pytest.fail("no client is needed"), "PkgWatch").send()


def test_metrics_are_sent_even_if_the_run_fails(patched: pytest.MonkeyPatch, world: Any) -> None:
    patched.setenv("METRICS_NAMESPACE", "Metrics-Test")

    def run() -> None:
        with metrics() as counters:
            counters.count("Seen", 3, Ecosystem="npm")
            raise LookupError

    with pytest.raises(LookupError):
        run()
    found = aws.client("cloudwatch").list_metrics(Namespace="Metrics-Test")["Metrics"]
    assert [(metric["MetricName"], metric["Dimensions"]) for metric in found] == [
        ("Seen", [{"Name": "Ecosystem", "Value": "npm"}])
    ]
