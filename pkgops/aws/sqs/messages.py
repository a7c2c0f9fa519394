"""Messages of SQS: as they are shown, and as they are sent on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pkgops.ports.queues import QueueMessage


def age_query(identifier: str, queue: str) -> dict[str, Any]:
    """The question for the age of a queue's oldest message."""
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": queue}],
    }
    return {"Id": identifier, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}


def peeked(message: dict[str, Any]) -> QueueMessage:
    """A message that was received to be looked at."""
    system = message.get("Attributes") or {}
    sent = datetime.fromtimestamp(int(system.get("SentTimestamp", 0)) / 1000, UTC)
    received = int(system.get("ApproximateReceiveCount", 1)) - 1  # this reading is none of them
    given = message.get("MessageAttributes") or {}
    attributes = {name: value["StringValue"] for name, value in given.items() if "StringValue" in value}
    return QueueMessage(
        message["MessageId"], message["Body"], sent.isoformat(timespec="milliseconds"), received, attributes
    )


def copy(message: dict[str, Any]) -> dict[str, Any]:
    """The entry to send for a received message: the same body, attributes and FIFO group."""
    entry: dict[str, Any] = {"MessageBody": message["Body"]}
    if message.get("MessageAttributes"):
        entry["MessageAttributes"] = message["MessageAttributes"]
    system = message.get("Attributes") or {}
    for name in ("MessageGroupId", "MessageDeduplicationId"):
        if name in system:
            entry[name] = system[name]
    return entry
