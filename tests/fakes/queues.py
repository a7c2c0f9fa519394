"""Queues of the handlers' emulator, one test's own, and what lies in them."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from handlers.common import aws


@dataclass(frozen=True)
class Queue:
    """A queue at ``url``."""

    url: str

    @staticmethod
    def new(**attributes: str) -> Queue:
        """A queue of a name nobody uses."""
        name = f"queue-{secrets.token_hex(6)}"
        return Queue(aws.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])

    def put(self, *bodies: Any) -> None:
        """Sends messages: text as it is, everything else as JSON."""
        for body in bodies:
            text = body if isinstance(body, str) else json.dumps(body)
            aws.client("sqs").send_message(QueueUrl=self.url, MessageBody=text)

    def take(self) -> list[Any]:
        """Takes everything out that can be seen."""
        sqs, found = aws.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def depths(self) -> tuple[int, int, int]:
        """Messages that wait, that somebody works on, that are held back."""
        names = ("", "NotVisible", "Delayed")
        asked = [f"ApproximateNumberOfMessages{name}" for name in names]
        found = aws.client("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=asked)["Attributes"]
        return tuple(int(found[name]) for name in asked)
