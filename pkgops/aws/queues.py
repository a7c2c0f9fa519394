"""Queues and their messages: the `Queues` port on SQS."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.aws.sqs.messages import age_query, copy, peeked
from pkgops.errors import PkgopsError, not_deployed
from pkgops.ports.queues import QueueMessage, QueueState

_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
_PARALLEL = 8
_ABSENT = {"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}
_UNKNOWN_ACTION = {"InvalidAction", "UnknownOperationException", "AWS.SimpleQueueService.UnsupportedOperation"}
_AGE = timedelta(minutes=15)  # SQS publishes every minute, late at times
_MOST_METRICS = 500  # a GetMetricData call
_MOVE_TIMEOUT = 120  # seconds a message is hidden while it is moved by hand
_POLL = 1.0  # seconds
_BATCH = 10  # messages SQS takes at once
_PEEK_TIMEOUT = 30  # seconds a message is hidden while others are looked at, if that is interrupted


class SqsQueues:
    """`pkgops.ports.queues.Queues` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def states(self, names: Sequence[str]) -> list[QueueState]:
        """Ages come from CloudWatch."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            counted = list(pool.map(self._counts, names))
        there = [(name, counts[:3]) for name, counts in zip(names, counted, strict=True) if counts]
        ages = self._ages([name for name, counts in there if sum(counts)])
        return [
            QueueState(name, waiting, in_flight, delayed, ages.get(name))
            for name, (waiting, in_flight, delayed) in there
        ]

    def move(self, source: str, target: str, progress: Callable[[int], None]) -> int:
        """By SQS itself where it supports that; then an interruption ends the waiting, not the move."""
        from botocore.exceptions import ClientError

        origin, destination = self._existing_url(source), self._existing_url(target)
        sqs = self._clients.get("sqs")
        try:
            with translated("sqs:StartMessageMoveTask"):
                sqs.start_message_move_task(SourceArn=self._arn(origin), DestinationArn=self._arn(destination))
        except ClientError as error:
            if error.response["Error"]["Code"] not in _UNKNOWN_ACTION:
                raise PkgopsError(
                    f"SQS cannot move the messages of {source}: {error.response['Error'].get('Message', '')}",
                    "If they are already being moved, wait until that has ended: pkgops queues ls",
                ) from error
            return self._move_messages(origin, destination, progress)
        return self._wait_for_move(self._arn(origin), source, progress)

    def move_some(self, source: str, target: str, ids: Collection[str]) -> int:
        """All messages are received once, those that are not meant are given back then."""
        origin, destination = self._existing_url(source), self._existing_url(target)
        wanted, found, others = set(ids), list[dict[str, Any]](), list[dict[str, Any]]()
        try:
            while len(found) < len(wanted) and (received := self._receive(origin, _BATCH, _MOVE_TIMEOUT)):
                found += [message for message in received if message["MessageId"] in wanted]
                others += [message for message in received if message["MessageId"] not in wanted]
            moved = 0
            for start in range(0, len(found), _BATCH):
                sent = list(self._send(destination, found[start : start + _BATCH]))
                self._delete(origin, sent)
                moved += len(sent)
        finally:
            self._give_back(origin, others)
        return moved

    def peek(self, name: str, most: int) -> list[QueueMessage]:
        """Messages are hidden until all have been read, so that none comes twice, and are then given back."""
        url = self._existing_url(name)
        found = list[dict[str, Any]]()
        try:
            while len(found) < most and (received := self._receive(url, min(_BATCH, most - len(found)), _PEEK_TIMEOUT)):
                found += received
        finally:
            self._give_back(url, found)
        return list(map(peeked, found))

    def purge(self, name: str) -> None:
        from botocore.exceptions import ClientError

        url = self._existing_url(name)
        try:
            with translated("sqs:PurgeQueue"):
                self._clients.get("sqs").purge_queue(QueueUrl=url)
        except ClientError as error:
            raise PkgopsError(
                f"SQS does not empty {name}: {error.response['Error'].get('Message', '')}",
                "It empties a queue once a minute; wait, then repeat the command.",
            ) from error

    def send(self, name: str, bodies: Sequence[str]) -> None:
        url = self._existing_url(name)
        for start in range(0, len(bodies), _BATCH):
            batch = [{"Body": body} for body in bodies[start : start + _BATCH]]
            taken = len(list(self._send(url, batch)))
            if taken < len(batch):
                raise PkgopsError(
                    f"{name} accepted only {start + taken} of {len(bodies)} messages.", "Repeat the command."
                )

    def _wait_for_move(self, arn: str, source: str, progress: Callable[[int], None]) -> int:
        """Waits until the newest task has ended."""
        sqs = self._clients.get("sqs")
        while True:
            with translated("sqs:ListMessageMoveTasks"):
                task = sqs.list_message_move_tasks(SourceArn=arn, MaxResults=1)["Results"][0]
            moved = int(task.get("ApproximateNumberOfMessagesMoved", 0))
            progress(moved)
            if task["Status"] == "COMPLETED":
                return moved
            if task["Status"] in {"FAILED", "CANCELLED"}:
                reason = task.get("FailureReason") or "it was cancelled"
                raise PkgopsError(
                    f"Moving the messages of {source} ended after {moved}: {reason}.", "The others are still in it."
                )
            time.sleep(_POLL)

    def _move_messages(self, origin: str, destination: str, progress: Callable[[int], None]) -> int:
        """Receives messages, sends them on, and only then deletes them. Messages that come back meanwhile are not moved
        again, so that a consumer that always fails does not keep this going forever."""
        left, moved = sum(self._read(origin, _COUNTS[:1])), 0
        while left > moved:
            received = self._receive(origin, min(_BATCH, left - moved), _MOVE_TIMEOUT)
            if not received:
                break
            sent = list(self._send(destination, received))
            self._delete(origin, sent)
            moved += len(sent)
            progress(moved)
            if len(sent) < len(received):
                raise PkgopsError(
                    f"Only {moved} of {left} messages could be moved.",
                    "The others are still in it; repeat the command.",
                )
        return moved

    def _receive(self, url: str, most: int, hidden: int) -> list[dict[str, Any]]:
        """Some messages with everything they have, hidden for a while."""
        with translated("sqs:ReceiveMessage"):
            answer = self._clients.get("sqs").receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=most,
                VisibilityTimeout=hidden,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def _send(self, destination: str, messages: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The messages that the queue has accepted."""
        entries = [{"Id": str(number), **copy(message)} for number, message in enumerate(messages)]
        with translated("sqs:SendMessage"):
            answer = self._clients.get("sqs").send_message_batch(QueueUrl=destination, Entries=entries)
        for taken in answer.get("Successful", []):
            yield messages[int(taken["Id"])]

    def _delete(self, origin: str, messages: Sequence[dict[str, Any]]) -> None:
        entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(messages)]
        if entries:
            with translated("sqs:DeleteMessage"):
                self._clients.get("sqs").delete_message_batch(QueueUrl=origin, Entries=entries)

    def _give_back(self, url: str, messages: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(messages), _BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
                for number, message in enumerate(messages[start : start + _BATCH])
            ]
            with translated("sqs:ChangeMessageVisibility"):
                self._clients.get("sqs").change_message_visibility_batch(QueueUrl=url, Entries=entries)

    def _counts(self, name: str) -> tuple[int, ...]:
        url = self._url(name)
        return self._read(url, _COUNTS) if url else ()

    def _read(self, url: str, attributes: Sequence[str]) -> tuple[int, ...]:
        with translated("sqs:GetQueueAttributes"):
            found = self._clients.get("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(attributes))
        return tuple(int(found["Attributes"].get(name, 0)) for name in attributes)

    def _arn(self, url: str) -> str:
        with translated("sqs:GetQueueAttributes"):
            found = self._clients.get("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])

    def _existing_url(self, name: str) -> str:
        url = self._url(name)
        if not url:
            raise not_deployed("Queue", name)
        return url

    def _url(self, name: str) -> str:
        from botocore.exceptions import ClientError

        try:
            with translated("sqs:GetQueueUrl"):
                return str(self._clients.get("sqs").get_queue_url(QueueName=name)["QueueUrl"])
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return ""
            raise PkgopsError(f"Queue {name} cannot be read: {error.response['Error']['Code']}") from error

    def _ages(self, names: Sequence[str]) -> dict[str, int]:
        """The latest known age of the oldest message of each queue."""
        if not names:
            return {}
        now = datetime.now(UTC)
        ages: dict[str, int] = {}
        for start in range(0, len(names), _MOST_METRICS):
            asked = names[start : start + _MOST_METRICS]
            queries = [age_query(f"q{number}", name) for number, name in enumerate(asked)]
            with translated("cloudwatch:GetMetricData"):
                answer = self._clients.get("cloudwatch").get_metric_data(
                    MetricDataQueries=queries, StartTime=now - _AGE, EndTime=now, ScanBy="TimestampDescending"
                )
            for result in answer["MetricDataResults"]:
                if result["Values"]:
                    ages[asked[int(result["Id"][1:])]] = int(result["Values"][0])
        return ages
