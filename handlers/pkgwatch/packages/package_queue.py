"""The package queue, whose messages name packages to collect."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background

BATCH = 10
TIERS = (1, 2, 3)  # refreshed daily, every three days, weekly
NEW_PACKAGE_TIER = 3


@dataclass(frozen=True, slots=True)
class PackageQueue:
    """The queue at ``url``; without one nothing is sent. ``connect`` makes the client once it is needed: most requests
    queue nothing, and a client costs 70 ms."""

    connect: Callable[[], Any]
    url: str

    def send(self, ecosystem: str, names: Sequence[str], reason: str) -> int:
        """Queues packages for collection, several batches of ten at once. Returns how many were accepted; failures are
        only logged."""
        if not self.url:
            return 0
        batches = [names[start : start + BATCH] for start in range(0, len(names), BATCH)]
        if not batches:
            return 0
        client = self.connect()
        sending = [run_in_background(self._send, client, ecosystem, batch, reason) for batch in batches]
        return sum(batch.result() for batch in sending)

    def _send(self, client: Any, ecosystem: str, names: Sequence[str], reason: str) -> int:
        messages = [
            {"ecosystem": ecosystem, "name": name, "tier": NEW_PACKAGE_TIER, "reason": reason} for name in names
        ]
        entries = [{"Id": str(number), "MessageBody": json.dumps(message)} for number, message in enumerate(messages)]
        try:
            answer = client.send_message_batch(QueueUrl=self.url, Entries=entries)
        except ServiceError:
            logger.exception("Packages were not queued")
            return 0
        if answer.get("Failed"):
            logger.error("Some packages were not queued", extra={"failed": len(answer["Failed"])})
        return len(answer.get("Successful", []))
