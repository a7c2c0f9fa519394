"""How much was a deployed system used lately? CloudWatch's metrics as assumptions for a month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.cost.usage import Usage
from pkgops.errors import not_deployed
from pkgops.ports.metrics import AVERAGE, SUM, MetricQuery
from pkgops.ports.ports import Ports

_MONTH = Decimal("30.4")  # days
_GIGABYTE = Decimal(1024**3)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: the sum of some metrics of a resource, in units of ``unit``. ``dimension`` is the name
    that goes with its physical id, or with the property ``named`` of its template; ``more`` are further dimensions."""

    what: str
    namespace: str
    metrics: tuple[str, ...]
    dimension: str
    statistic: str = SUM
    unit: Decimal = Decimal(1)
    named: str = ""
    more: tuple[tuple[str, str], ...] = ()


_SENT = ("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted", "NumberOfEmptyReceives")
_STORAGE = (("StorageType", "StandardStorage"),)
_WORLD = (("Region", "Global"),)
_PASSED = ("BytesOutToDestination", "BytesInFromDestination", "BytesOutToSource", "BytesInFromSource")
_API, _CDN, _DB = "AWS/ApiGateway", "AWS/CloudFront", "AWS/RDS"
SOURCES: Mapping[str, tuple[Source, ...]] = {
    "AWS::Lambda::Function": (
        Source("invocations", "AWS/Lambda", ("Invocations",), "FunctionName"),
        Source("milliseconds", "AWS/Lambda", ("Duration",), "FunctionName"),
    ),
    "AWS::ApiGateway::RestApi": (Source("requests", _API, ("Count",), "ApiName", named="Name"),),
    "AWS::ApiGatewayV2::Api": (
        Source("requests", _API, ("Count",), "ApiId"),
        Source("messages", _API, ("MessageCount",), "ApiId"),
    ),
    "AWS::DynamoDB::Table": (
        Source("reads", "AWS/DynamoDB", ("ConsumedReadCapacityUnits",), "TableName"),
        Source("writes", "AWS/DynamoDB", ("ConsumedWriteCapacityUnits",), "TableName"),
    ),
    "AWS::SQS::Queue": (Source("requests", "AWS/SQS", _SENT, "QueueName"),),
    "AWS::SNS::Topic": (Source("messages", "AWS/SNS", ("NumberOfMessagesPublished",), "TopicName"),),
    "AWS::S3::Bucket": (
        Source("gigabytes", "AWS/S3", ("BucketSizeBytes",), "BucketName", AVERAGE, _GIGABYTE, more=_STORAGE),
    ),
    "AWS::Logs::LogGroup": (Source("gigabytes", "AWS/Logs", ("IncomingBytes",), "LogGroupName", unit=_GIGABYTE),),
    "AWS::CloudFront::Distribution": (
        Source("requests", _CDN, ("Requests",), "DistributionId", more=_WORLD),
        Source("gigabytes", _CDN, ("BytesDownloaded",), "DistributionId", unit=_GIGABYTE, more=_WORLD),
    ),
    "AWS::EC2::NatGateway": (Source("nat_gigabytes", "AWS/NATGateway", _PASSED, "NatGatewayId", unit=2 * _GIGABYTE),),
    "AWS::RDS::DBCluster": (
        Source("gigabytes", _DB, ("VolumeBytesUsed",), "DBClusterIdentifier", AVERAGE, _GIGABYTE),
        Source("requests", _DB, ("VolumeReadIOPs", "VolumeWriteIOPs"), "DBClusterIdentifier"),
    ),
}


def observed(stacks: Sequence[SynthesizedStack], ports: Ports, days: int) -> Usage:
    """The use of the deployed resources over the last days, for a month. What has no metric stays without an
    assumption; what has one and was not used counts as not used. UsageError if nothing is deployed."""
    asked = [(name, source, queries) for stack in stacks for name, source, queries in _asked(stack, ports)]
    if not asked:
        raise not_deployed("System", stacks[0].system, stacks[0].system)
    answers = iter(ports.metrics.totals([query for _, _, queries in asked for query in queries], days))
    values: dict[str, Decimal] = {}
    for name, source, queries in asked:
        total = sum((Decimal(str(next(answers) or 0)) for _ in queries), Decimal(0)) / source.unit
        values[f"{name}.{source.what}"] = total if source.statistic == AVERAGE else total * _MONTH / days
    return Usage(f"metrics of {days} days", _with_means(values))


def _asked(stack: SynthesizedStack, ports: Ports) -> Iterator[tuple[str, Source, list[MetricQuery]]]:
    resources: Mapping[str, Any] = stack.template.get("Resources", {})
    for there in ports.stacks.resources(stack.name):
        for source in SOURCES.get(there.type, ()):
            properties = resources.get(there.logical_id, {}).get("Properties") or {}
            value = str(properties.get(source.named, "")) if source.named else _last(there.type, there.physical_id)
            dimensions = ((source.dimension, value), *source.more)
            queries = [MetricQuery(source.namespace, name, dimensions, source.statistic) for name in source.metrics]
            yield there.logical_id, source, queries


def _last(type: str, physical_id: str) -> str:
    """The name of a queue from its URL, of a topic from its ARN; of others the physical id is the name."""
    if type == "AWS::SQS::Queue":
        return physical_id.rpartition("/")[2]
    return physical_id.rpartition(":")[2] if type == "AWS::SNS::Topic" else physical_id


def _with_means(values: dict[str, Decimal]) -> dict[str, Decimal]:
    """The mean duration of functions, of which the metric is the sum."""
    found = dict(values)
    for key, total in values.items():
        name, _, what = key.partition(".")
        if what == "milliseconds":
            times = values.get(f"{name}.invocations", Decimal(0))
            # Both are for a month, so their quotient is a mean.
            found[key] = total / times if times else Decimal(0)
    return found
