"""What does the handlers' own code cost, without AWS?

Run by path in a process of its own, so that its memory is its own: ``in_process.py score|dispatch|bare|count COUNT``
works on so many packages or interactions, against stand-ins that answer at once, and prints the seconds it took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PAGE = 1000  # keys a query gives at once: about what a megabyte of an index holds
PACKAGE = {
    "pk": "npm#lodash",
    "collected_at": "2026-05-01T08:00:00+00:00",
    "days_since_last_commit": 12,
    "active_contributors_90d": 8,
    "true_bus_factor": 3,
    "weekly_downloads": 55_000_000,
    "dependents_count": 180_000,
    "stars": 60_000,
    "last_published": "2026-03-01T00:00:00Z",
    "created_at": "2012-04-23T00:00:00Z",
    "commits_90d": 41,
    "total_contributors": 100,
    "prs_opened_90d": 30,
    "prs_merged_90d": 21,
    "avg_issue_response_hours": 31.5,
    "openssf_score": 7.1,
    "openssf_checks": [{"name": "Security-Policy", "score": 10}],
    "advisories": [{"id": "GHSA-1", "severity": "HIGH"}],
    "data_status": "complete",
}


class Index:
    """A DynamoDB client whose index has ``count`` keys."""

    def __init__(self, count: int) -> None:
        self.count = count

    def query(self, **call: Any) -> dict[str, Any]:
        start = int(call.get("ExclusiveStartKey", {}).get("pk", {}).get("N", 0))
        stop = min(start + PAGE, self.count)
        items = [{"pk": {"S": f"npm#package-{number}"}} for number in range(start, stop)]
        return {"Items": items, **({"LastEvaluatedKey": {"pk": {"N": str(stop)}}} if stop < self.count else {})}


class Taken:
    """An SQS client that takes everything."""

    def __init__(self) -> None:
        self.messages = 0

    def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803 - AWS's names
        self.messages += len(Entries)
        return {}


class Stored:
    """A DynamoDB client that stores everything and has nothing."""

    def transact_write_items(self, **_: Any) -> dict[str, Any]:
        return {}

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {}


class Unhurried:
    """A deadline that is far off."""

    def passed(self) -> bool:
        return False


UNHURRIED: Any = Unhurried()


def score(count: int) -> None:
    from handlers.pkgwatch.scoring.score import score as scored

    for _ in range(count):
        scored(PACKAGE, NOW)


def dispatch(count: int) -> None:
    """As the refresh dispatcher does it."""
    from handlers.common.deadline import Deadline
    from handlers.common.dynamodb import Table
    from handlers.pkgwatch.pipeline.refresh_dispatcher import Count, messages, read_order
    from handlers.pkgwatch.runtime.message_batches import send_all

    each = messages(Table(Index(count), "packages"), read_order({"tier": 3}), lambda: 300, NOW, Count())
    sent, errors = send_all(Taken(), "queue", each, Deadline(lambda: 60))
    assert (sent, errors) == (count, 0)


def bare(count: int) -> None:
    """The least a dispatcher has to do: read keys, write messages, ten at a time."""
    sqs, batch = Taken(), []
    for item in _pages(Index(count)):
        ecosystem, _, name = item["pk"]["S"].partition("#")
        body = {"ecosystem": ecosystem, "name": name, "tier": 3, "reason": "manual", "dispatched_at": NOW.isoformat()}
        batch.append({"Id": str(len(batch)), "MessageBody": json.dumps(body), "DelaySeconds": 300})
        if len(batch) == 10:
            sqs.send_message_batch("queue", batch)
            batch = []
    assert sqs.messages == count


def interactions(count: int) -> Iterator[list[Any]]:
    """So many views of one tool, in batches of ten as Lambda receives them."""
    from handlers.keyvex.shared.batch import deliveries

    message = {"messageType": "ANALYTICS_PROCESSING", "toolId": "bench", "interactionType": "view"}
    body = json.dumps({**message, "data": {"timeSpent": 12.5, "sessionId": "s"}})
    sent = {"SentTimestamp": "1777636800000"}
    for start in range(0, count, 10):
        records = [{"messageId": f"m{number}", "body": body, "attributes": sent} for number in range(start, start + 10)]
        yield deliveries({"Records": records})


def count_interactions(count: int) -> None:
    """As the analytics processor does it."""
    from handlers.common.dynamodb import Table
    from handlers.common.logs import logger
    from handlers.keyvex.analytics.analytics_processor import process

    logger.setLevel("WARNING")
    table = Table(Stored(), "keyvex", ("PK", "SK"))
    assert not any(process(table, batch, UNHURRIED) for batch in interactions(count))


def _pages(index: Index) -> Iterator[dict[str, Any]]:
    call: dict[str, Any] = {}
    while True:
        page = index.query(**call)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        call = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


WORKS = {"score": score, "dispatch": dispatch, "bare": bare, "count": count_interactions}


def main() -> None:
    work, count = WORKS[sys.argv[1]], int(sys.argv[2])
    work(10)  # imports
    began = time.perf_counter()
    work(count)
    sys.stdout.write(str(time.perf_counter() - began))


if __name__ == "__main__":
    main()
