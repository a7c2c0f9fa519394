"""The deployed pipeline as an operator sees it: its queues, its table, its upstreams, its functions by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from tests.e2e.conftest import Deployed
from tests.emulator import ACCOUNT, client
from tests.waiting import eventually

TABLE = "pkgwatch-packages-local"
RAW = f"pkgwatch-raw-data-{ACCOUNT}-local"
PACKAGE, DEAD, DISCOVERY = (
    "pkgwatch-package-queue-local",
    "pkgwatch-package-dlq-local",
    "pkgwatch-discovery-queue-local",
)


@dataclass
class Pipeline:
    """Short ways into one deployment."""

    pkgwatch: Deployed

    @cached_property
    def sqs(self) -> Any:
        return client(self.pkgwatch.emulator, "sqs")

    @cached_property
    def dynamodb(self) -> Any:
        return client(self.pkgwatch.emulator, "dynamodb")

    @cached_property
    def s3(self) -> Any:
        return client(self.pkgwatch.emulator, "s3")

    def url(self, queue: str) -> str:
        return f"{self.pkgwatch.emulator.endpoint}/{ACCOUNT}/{queue}"

    def send(self, queue: str, *bodies: Any) -> None:
        for body in bodies:
            text = body if isinstance(body, str) else json.dumps(body)
            self.sqs.send_message(QueueUrl=self.url(queue), MessageBody=text)

    def row(self, queue: str) -> dict[str, Any]:
        """The queue as ``pkgops queues`` shows it."""
        return next(row for row in self.pkgwatch.rows("queues", "ls") if row["queue"] == queue)

    def depth(self, queue: str, state: str = "") -> int:
        name = f"ApproximateNumberOfMessages{state}"
        found = self.sqs.get_queue_attributes(QueueUrl=self.url(queue), AttributeNames=[name])
        return int(found["Attributes"][name])

    def quiet(self, queue: str) -> bool:
        """Nothing waits in it, and nobody works on anything."""
        return self.depth(queue) == self.depth(queue, "NotVisible") == 0

    @contextmanager
    def impatient(self, queue: str) -> Iterator[None]:
        """Failed messages come again after a second, not after half an hour."""
        self._visibility(queue, 1)
        try:
            yield
        finally:
            self._visibility(queue, 1800)

    def _visibility(self, queue: str, seconds: int) -> None:
        self.sqs.set_queue_attributes(QueueUrl=self.url(queue), Attributes={"VisibilityTimeout": str(seconds)})

    def item(self, pk: str, sk: str = "LATEST") -> dict[str, Any]:
        found = self.dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True)
        return _plain(found.get("Item", {}))

    def failures(self, name: str) -> list[dict[str, Any]]:
        """The records of packages that failed for good."""
        found = self.dynamodb.scan(
            TableName=TABLE,
            FilterExpression="begins_with(pk, :f) AND #n = :n",
            ExpressionAttributeNames={"#n": "name"},
            ExpressionAttributeValues={":f": {"S": "FAILED#"}, ":n": {"S": name}},
        )
        return [_plain(item) for item in found["Items"]]

    def scored_after(self, pk: str, before: dict[str, Any]) -> dict[str, Any]:
        """The item, once it has been collected and scored anew."""

        def found() -> dict[str, Any] | None:
            item = self.item(pk)
            new = item.get("collected_at", "") > before.get("collected_at", "")
            return item if new and item.get("scored_at", "") > item["collected_at"] else None

        return dict(eventually(found))

    def runs(self, function: str, schedule: str) -> Any:
        """The answer of a function to what its schedule sends."""
        return self.pkgwatch.rows("invoke", function, "--schedule", schedule)["payload"]

    def upstream(self, method: str, path: str, body: Any = None) -> Any:
        """A word to those who play the upstreams."""
        base = f"{self.pkgwatch.emulator.endpoint}/_companions/upstreams"
        answer = self.pkgwatch.request(method, base + path, body)
        assert answer.status == 200, answer.body
        return answer.json()


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
