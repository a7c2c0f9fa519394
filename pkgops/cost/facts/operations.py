"""What do messages, secrets, keys, logs, alarms and the network cost?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pkgops.cost.facts.items import HOURS, Item, Resource, Rule, number
from pkgops.intrinsics import many, mapping, mappings

_HIGH_RESOLUTION = 60  # seconds; a period below is high resolution


def queue(one: Resource) -> Iterator[Item]:
    """Requests to a queue; a function that it triggers polls it all the time."""
    fifo = one.properties.get("FifoQueue") is True
    yield one.used("sqs.fifo.requests" if fifo else "sqs.requests", "queue.requests", cause="FifoQueue")


def topic(one: Resource) -> Iterator[Item]:
    """Publishes to a topic."""
    yield one.used("sns.publishes", "topic.messages")


def subscription(one: Resource) -> Iterator[Item]:
    """Mail of a topic; functions and queues get its messages for nothing."""
    if str(one.properties.get("Protocol")).startswith("email"):
        yield one.used("sns.emails", "topic.mails", cause="Protocol")


def mail(one: Resource) -> Iterator[Item]:
    """Mail that is sent."""
    yield one.used("ses.messages", "mail.messages")


def bus(one: Resource) -> Iterator[Item]:
    """Events of a bus of one's own."""
    yield one.used("events.custom", "bus.events")


def secret(one: Resource) -> Iterator[Item]:
    """A secret by the month, and its reading."""
    yield one.item("secrets.secret")
    yield one.used("secrets.calls", "secret.calls")


def key(one: Resource) -> Iterator[Item]:
    """A key by the month, and its use."""
    yield one.item("kms.key")
    yield one.used("kms.requests", "key.requests")


def log_group(one: Resource) -> Iterator[Item]:
    """What is written to logs, and kept: often the largest part."""
    yield one.used("logs.ingested", "logs.gigabytes")
    yield one.used("logs.stored", "logs.stored_gigabytes", cause="RetentionInDays")


def alarm(one: Resource) -> Iterator[Item]:
    """An alarm for each of its metrics."""
    metrics = [row for row in mappings(one.properties.get("Metrics")) if "MetricStat" in row]
    periods = [mapping(row["MetricStat"]).get("Period", 300) for row in metrics] or [one.properties.get("Period", 300)]
    high = min(number(period, 300) for period in periods) < _HIGH_RESOLUTION
    note = "An alarm on metric math is paid for each of its metrics" if len(metrics) > 1 else ""
    price = "cloudwatch.alarm.high" if high else "cloudwatch.alarm"
    yield one.item(price, max(len(metrics), 1), "Metrics" if metrics else "Period", note)


def composite(one: Resource) -> Iterator[Item]:
    """An alarm on alarms."""
    yield one.item("cloudwatch.alarm.composite")


def dashboard(one: Resource) -> Iterator[Item]:
    """A dashboard."""
    yield one.item("cloudwatch.dashboard")


def gateway(one: Resource) -> Iterator[Item]:
    """A NAT gateway by the hour, and what passes through it."""
    note = "A NAT gateway is paid by the hour, before any traffic"
    yield one.item("nat.hours", HOURS, note=note)
    yield one.used("nat.gigabytes", "network.nat_gigabytes")


def address(one: Resource) -> Iterator[Item]:
    """A public IPv4 address, in use or not."""
    yield one.item("ip.hours", HOURS)


def endpoint(one: Resource) -> Iterator[Item]:
    """An interface endpoint by the hour and zone; gateways are free."""
    if one.properties.get("VpcEndpointType", "Gateway") != "Gateway":
        zones = len(many(one.properties.get("SubnetIds"))) or 1
        yield one.item("endpoint.hours", HOURS * zones, "SubnetIds")
        yield one.used("endpoint.gigabytes", "network.endpoint_gigabytes")


RULES: Mapping[str, Rule] = {
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::CompositeAlarm": composite,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::EC2::EIP": address,
    "AWS::EC2::NatGateway": gateway,
    "AWS::EC2::VPCEndpoint": endpoint,
    "AWS::Events::EventBus": bus,
    "AWS::KMS::Key": key,
    "AWS::Logs::LogGroup": log_group,
    "AWS::SES::EmailIdentity": mail,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::Topic": topic,
    "AWS::SQS::Queue": queue,
    "AWS::SecretsManager::Secret": secret,
}
