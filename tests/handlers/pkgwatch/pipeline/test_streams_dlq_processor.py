"""Failed stream batches: their packages are scored after all, once, and not without end."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.attributes import wire_item
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.pipeline import score_calculator
from handlers.pkgwatch.pipeline.streams_dlq_processor import MAX_MARKS, handler, process
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.own_tables import packages_table

NOW = datetime.now(UTC)
EARLIER = iso(NOW - timedelta(minutes=5))


class Stream:
    """A packages table and the records its stream holds."""

    def __init__(self) -> None:
        self.table = packages_table(stream=True)
        self.arn = aws.client("dynamodb").describe_table(TableName=self.table.name)["Table"]["LatestStreamArn"]
        self.client = aws.client("dynamodbstreams")
        described = self.client.describe_stream(StreamArn=self.arn)["StreamDescription"]
        self.shard = described["Shards"][0]["ShardId"]

    def collect(self, *names: str, at: str = EARLIER, **more: Any) -> None:
        """Writes items as the collector does."""
        for name in names:
            item = {"pk": f"npm#{name}", "sk": "LATEST", "name": name, "ecosystem": "npm", "collected_at": at}
            self.table.put({**item, **more})

    def get(self, name: str) -> dict[str, Any]:
        return self.table.get((f"npm#{name}", "LATEST")) or {}

    def forced(self) -> set[str]:
        return {item["name"] for item in self.table.scan("force_rescore = :yes", {"yes": True})}

    def records(self) -> list[dict[str, Any]]:
        place = {"StreamArn": self.arn, "ShardId": self.shard}
        iterator = self.client.get_shard_iterator(ShardIteratorType="TRIM_HORIZON", **place)["ShardIterator"]
        return list(self.client.get_records(ShardIterator=iterator, Limit=1000)["Records"])

    def given_up(self, first: int, last: int) -> str:
        """Lambda's description of the records from one number to another."""
        found = self.records()
        ends = [found[number]["dynamodb"]["SequenceNumber"] for number in (first, last)]
        return self.description(self.shard, *ends)

    def description(self, shard: str, first: str, last: str, arrived: str = EARLIER) -> str:
        info = {
            "shardId": shard,
            "startSequenceNumber": first,
            "endSequenceNumber": last,
            "approximateArrivalOfFirstRecord": arrived,
            "approximateArrivalOfLastRecord": arrived,
            "batchSize": 3,
            "streamArn": self.arn,
        }
        context = {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 4, "requestId": "r"}
        return json.dumps({"requestContext": context, "version": "1.0", "DDBStreamBatchInfo": info})


@pytest.fixture
def stream(world: Any) -> Stream:
    return Stream()


def run(table: Any, *bodies: Any, streams: Any = None, left: Any = lambda: 60) -> dict[str, Any]:
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    messages = [{"messageId": f"m{number}", "body": text} for number, text in enumerate(texts)]
    made = (lambda: streams) if streams else lambda: aws.client("dynamodbstreams")
    return process(table, messages, made, Deadline(left), NOW)


def counts(result: dict[str, Any]) -> tuple[int, int, int, int]:
    return result["processed"], result["rescored"], result["skipped"], result["failed"]


def test_a_batch_is_read_from_the_shard(stream: Stream) -> None:
    stream.collect("before", "a", "b", "c", "after")
    assert counts(run(stream.table, stream.given_up(1, 3))) == (1, 3, 0, 0)
    assert stream.forced() == {"a", "b", "c"}
    item = stream.get("a")
    assert (item["rescore_reason"], item["rescore_requested_at"]) == ("streams_dlq_recovery", iso(NOW))
    assert item["collected_at"] == EARLIER


def test_the_scorer_then_scores_each_once(stream: Stream, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("PACKAGES_TABLE", stream.table.name)
    settings.cache_clear()
    stream.collect("a", "b")
    run(stream.table, stream.given_up(0, 1))
    records = [json.loads(json.dumps(record, default=str)) for record in stream.records()]
    result = score_calculator.handler({"Records": records}, Context())
    assert result["batchItemFailures"] == []
    assert stream.forced() == set()
    scored = {name: stream.get(name)["scored_at"] for name in "ab"}
    again = [json.loads(json.dumps(record, default=str)) for record in stream.records()]
    assert score_calculator.handler({"Records": again}, Context())["successes"] == 0
    assert {name: stream.get(name)["scored_at"] for name in "ab"} == scored
    assert counts(run(stream.table, stream.given_up(0, 1)))[1:] == (0, 2, 0)


def test_packages_that_need_no_score_are_skipped(stream: Stream) -> None:
    stream.collect("a")
    stream.table.put({"pk": "npm#seeded", "sk": "LATEST", "name": "seeded"})
    stream.table.put({"pk": "FAILED#m", "sk": EARLIER, "name": "failed", "collected_at": EARLIER})
    stream.table.update(("npm#a", "LATEST"), "SET weekly_downloads = :n", {"n": 5})
    stream.collect("gone", "last")
    stream.table.delete(("npm#gone", "LATEST"))
    assert counts(run(stream.table, stream.given_up(0, 6))) == (1, 2, 1, 0)
    assert stream.forced() == {"a", "last"}


def test_without_the_records_unscored_packages_are_marked(stream: Stream) -> None:
    """After a day the records are gone: those collected at that time and not scored since are scored."""
    stream.collect("never", "too")
    stream.collect("scored", scored_at=iso(NOW))
    stream.collect("older-score", scored_at=iso(NOW - timedelta(days=1)))
    stream.collect("another-day", at=iso(NOW - timedelta(days=2)))
    stream.table.put({"pk": "FAILED#m", "sk": EARLIER, "name": "failed", "collected_at": EARLIER})
    lost = stream.description("shardId-00000000000000000000-99999999", "1", "2")
    assert counts(run(stream.table, lost)) == (1, 3, 0, 0)
    assert stream.forced() == {"never", "too", "older-score"}


def test_a_shard_that_ends_early_counts_as_unreadable(stream: Stream) -> None:
    stream.collect("a", "b")
    last = stream.records()[1]["dynamodb"]["SequenceNumber"]
    body = stream.description(stream.shard, last, str(int(last) + 1))
    assert counts(run(stream.table, body)) == (1, 2, 0, 0)
    assert stream.forced() == {"a", "b"}


def test_several_unreadable_batches_need_one_scan(stream: Stream) -> None:
    stream.collect("a")
    scans: list[Any] = []

    class Watched:
        update = staticmethod(stream.table.update)

        def scan(self, *arguments: Any) -> Iterator[dict[str, Any]]:
            scans.append(arguments)
            return stream.table.scan(*arguments)

    lost = stream.description("shardId-0", "1", "2")
    assert counts(run(Watched(), lost, lost, lost)) == (3, 1, 0, 0)
    assert len(scans) == 1


def test_the_next_run_continues(stream: Stream) -> None:
    names = [f"p{number}" for number in range(150)]
    stream.collect(*names)
    lost = stream.description("shardId-0", "1", "2")
    result = run(stream.table, lost, left=iter([1, 0]).__next__)
    assert (result["rescored"], result["batchItemFailures"]) == (100, [{"itemIdentifier": "m0"}])
    result = run(stream.table, lost)
    assert result["batchItemFailures"] == []
    assert stream.forced() == set(names)


@pytest.mark.parametrize("wrapped", [True, False])
def test_messages_with_records(stream: Stream, wrapped: bool) -> None:
    stream.collect("image", "keys")
    image = {"eventName": "MODIFY", "dynamodb": {"NewImage": wire_item({"pk": "npm#image", "sk": "LATEST"})}}
    keys = {"eventName": "MODIFY", "dynamodb": {"Keys": wire_item({"pk": "npm#keys", "sk": "LATEST"})}}
    bodies = [{"Records": [image, keys, image]}] if wrapped else [image, keys, image]
    assert counts(run(stream.table, *bodies)) == (len(bodies), 2, 0, 0)
    assert stream.forced() == {"image", "keys"}


def test_invalid_messages_are_dropped(stream: Stream) -> None:
    bodies = ["{", "[]", {}, {"Records": [5, {}]}, {"dynamodb": 5}, {"Records": {}}]
    invalid = {"dynamodb": {"Keys": wire_item({"pk": "nonsense", "sk": "LATEST"})}}
    absent = {"dynamodb": {"Keys": wire_item({"pk": "npm#absent", "sk": "LATEST"})}}
    failed = {"dynamodb": {"Keys": wire_item({"pk": "FAILED#x", "sk": EARLIER})}}
    result = run(stream.table, *bodies, invalid, absent, failed)
    assert counts(result) == (9, 0, 9, 0)
    assert result["batchItemFailures"] == []


def test_messages_are_sent_again_when_the_table_fails(stream: Stream, missing_table: Table) -> None:
    stream.collect("a")
    lost = stream.description("shardId-0", "1", "2")
    keys = {"dynamodb": {"Keys": wire_item({"pk": "npm#a", "sk": "LATEST"})}}
    result = run(missing_table, keys, "{", stream.given_up(0, 0), lost)
    assert [failure["itemIdentifier"] for failure in result["batchItemFailures"]] == ["m0", "m2", "m3"]
    assert result["failed"] == 1


def test_a_package_that_cannot_be_scored_is_given_up(stream: Stream) -> None:
    stream.collect("poison")
    results = [run(stream.table, stream.given_up(0, 0)) for _ in range(MAX_MARKS + 2)]
    assert [result["rescored"] for result in results] == [1] * MAX_MARKS + [0, 0]
    assert [result["failed"] for result in results] == [0] * MAX_MARKS + [1, 1]
    assert all(result["batchItemFailures"] == [] for result in results)
    stream.collect("poison")
    assert run(stream.table, stream.given_up(0, 0))["rescored"] == 1


def test_a_package_scored_after_the_last_mark_is_skipped(stream: Stream) -> None:
    stream.collect("late", rescore_attempts=MAX_MARKS, scored_at=iso(NOW))
    assert counts(run(stream.table, stream.given_up(0, 0))) == (1, 0, 1, 0)


def test_the_function(stream: Stream, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("PACKAGES_TABLE", stream.table.name)
    patched.setenv("METRICS_NAMESPACE", f"Streams-{secrets.token_hex(4)}")
    settings.cache_clear()
    stream.collect("a")
    result = handler({"Records": [{"messageId": "m", "body": stream.given_up(0, 0)}]}, Context())
    assert result == {"processed": 1, "rescored": 1, "skipped": 0, "failed": 0, "batchItemFailures": []}
    found = aws.client("cloudwatch").list_metrics(Namespace=settings().metrics_namespace)["Metrics"]
    assert {metric["MetricName"] for metric in found} == {
        f"StreamsDLQ{name}" for name in ("Processed", "Rescored", "Skipped", "Failed")
    }
    assert stream.forced() == {"a"}
