"""The queues of the pipeline."""

from __future__ import annotations

from pkgops.kit.queue import DAY, Queue

PACKAGE_QUEUE = "pkgwatch-package-queue"
PACKAGE_DLQ = "pkgwatch-package-dlq"
DISCOVERY_QUEUE = "pkgwatch-discovery-queue"
DISCOVERY_DLQ = "pkgwatch-discovery-dlq"
STREAMS_DLQ = "pkgwatch-streams-dlq"
QUEUES = (
    Queue(PACKAGE_DLQ, retention=14 * DAY),
    Queue(PACKAGE_QUEUE, retention=14 * DAY, visibility=1800, dead_letters=PACKAGE_DLQ),
    Queue(DISCOVERY_DLQ, retention=14 * DAY),
    Queue(DISCOVERY_QUEUE, retention=DAY, visibility=1800, dead_letters=DISCOVERY_DLQ),
    # Where the stream's failed batches are described; nothing else sends to it.
    Queue(STREAMS_DLQ, retention=14 * DAY, visibility=360),
)
