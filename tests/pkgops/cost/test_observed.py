"""Use from CloudWatch's metrics, for a month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pkgops.cost.book import shipped
from pkgops.cost.estimate import estimate
from pkgops.cost.observed import SOURCES, observed
from pkgops.cost.usage import MEASURES
from pkgops.ports.stacks import StackResource
from tests.pkgops.cost.systems import resource
from tests.pkgops.fakes.metrics import FakeMetrics
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.graph.systems import stack

D = Decimal
RESOURCES = {
    "F": resource("Lambda::Function", FunctionName="f", MemorySize=1024),
    "G": resource("Lambda::Function", FunctionName="g"),
    "Q": resource("SQS::Queue", QueueName="q"),
    "B": resource("S3::Bucket"),
    "A": resource("ApiGateway::RestApi", Name="shop"),
    "T": resource("SNS::Topic"),
}
PHYSICAL = {
    "F": "f",
    "G": "g",
    "Q": "https://sqs.us-east-1.amazonaws.com/1/q",
    "B": "app-b-1x",
    "A": "a1b2c3",
    "T": "arn:aws:sns:us-east-1:1:alerts",
}


class Listing:
    def resources(self, _stack: str) -> list[StackResource]:
        return [StackResource(key, PHYSICAL[key], row["Type"], "CREATE_COMPLETE") for key, row in RESOURCES.items()]


def values() -> dict[tuple[str, str], list[float]]:
    return {
        ("Invocations", "f"): [100.0, 200.0],
        ("Duration", "f"): [30_000.0],
        ("NumberOfMessagesSent", "q"): [10.0],
        ("NumberOfEmptyReceives", "q"): [50.0],
        ("BucketSizeBytes", "app-b-1x"): [2.0 * 1024**3, 4.0 * 1024**3],
        ("Count", "shop"): [1000.0],
        ("NumberOfMessagesPublished", "alerts"): [5.0],
    }


def test_sums_are_scaled_to_a_month_and_sizes_are_not():
    stacks: Any = Listing()
    ports = FakePorts(stacks=stacks, metrics=FakeMetrics(values()))
    usage = observed([stack(RESOURCES)], ports, 10)
    assert usage.name == "metrics of 10 days"
    assert usage.values["F.invocations"] == 300 * D("3.04")
    assert usage.values["F.milliseconds"] == 100
    assert (usage.values["G.invocations"], usage.values["G.milliseconds"]) == (0, 0)
    assert usage.values["Q.requests"] == 60 * D("3.04")
    assert usage.values["B.gigabytes"] == 3
    assert usage.values["A.requests"] == 1000 * D("3.04")
    assert usage.values["T.messages"] == 5 * D("3.04")
    found = estimate([("app", {"Resources": RESOURCES})], shipped(), usage)
    lambdas = next(row for row in found.rows if row.key == "lambda.x86.gb_seconds")
    assert lambdas.quantity == 300 * D("3.04") * D("0.1")


def test_every_source_is_a_measure():
    endings = {measure.partition(".")[2] for measure in MEASURES}
    assert {source.what for rows in SOURCES.values() for source in rows} <= endings
