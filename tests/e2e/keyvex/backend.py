"""Keyvex as deployed: its queues, its table, the providers it asks, and clients of its WebSocket API."""

from __future__ import annotations

import json
import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from handlers.common.attributes import plain_item
from tests.e2e.conftest import Deployed, NewProject, exchange
from tests.emulator import client
from tests.waiting import eventually

AI, ANALYTICS, EMAIL = (f"keyvex-{name}-queue-development" for name in ("ai-processing", "analytics", "email"))
PATIENCE = 60.0


@dataclass
class Backend:
    """The deployed system; ``seeded`` is what ``seed-dev`` said. Names are new each time, so that tests do not meet
    each other's items."""

    system: Deployed
    seeded: Any

    def aws(self, service: str) -> Any:
        """A client of the emulator's owner."""
        return client(self.system.emulator, service)

    def name(self, kind: str) -> str:
        """A name nothing has had before."""
        return f"{kind}-{secrets.token_hex(4)}"

    def send(self, queue: str, *bodies: Any) -> list[str]:
        """Puts messages into a queue, text as it is, anything else as JSON; their ids."""
        sqs, url = self.aws("sqs"), self._url(queue)
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        return [sqs.send_message(QueueUrl=url, MessageBody=text)["MessageId"] for text in texts]

    def counts(self, queue: str) -> tuple[int, int]:
        """How many messages wait in a queue, and how many are in flight."""
        sqs, url = self.aws("sqs"), self._url(queue)
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
        return int(found[names[0]]), int(found[names[1]])

    def items(self, partition: str, prefix: str = "") -> list[dict[str, Any]]:
        """The items of a partition whose sort key begins with a prefix, in their order."""
        found = self._table.query(
            TableName="keyvex-main-table-development",
            KeyConditionExpression="PK = :pk AND begins_with(SK, :sk)" if prefix else "PK = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}, **({":sk": {"S": prefix}} if prefix else {})},
            ConsistentRead=True,
        )
        return [plain_item(item) for item in found["Items"]]

    def arrives(self, partition: str, prefix: str, **expected: Any) -> dict[str, Any]:
        """The first such item, once it is there with these values."""

        def found() -> dict[str, Any] | None:
            item = next(iter(self.items(partition, prefix)), None)
            return item if item and expected.items() <= item.items() else None

        item: dict[str, Any] = eventually(found, PATIENCE)
        return item

    def invoke(self, function: str, records: list[dict[str, Any]]) -> Any:
        """What a processor answers to records."""
        name = f"keyvex-{function}-processor-development"
        answer = self.aws("lambda").invoke(FunctionName=name, Payload=json.dumps({"Records": records}))
        return json.loads(answer["Payload"].read())

    @contextmanager
    def mappings_off(self, queue: str) -> Iterator[None]:
        """No function reads a queue meanwhile."""
        functions = self.aws("lambda")
        found = functions.list_event_source_mappings(EventSourceArn=self._arn(queue))["EventSourceMappings"]
        for mapping in found:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            for mapping in found:
                functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def receive(self, queue: str, text: str) -> list[dict[str, Any]]:
        """The messages that are visible in a queue now and hold a text, as records of an event."""
        sqs, url = self.aws("sqs"), self._url(queue)
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"])
        return [
            {
                "messageId": one["MessageId"],
                "receiptHandle": one["ReceiptHandle"],
                "body": one["Body"],
                "attributes": one["Attributes"],
            }
            for one in found.get("Messages", [])
            if text in one["Body"]
        ]

    def show(self, queue: str, record: dict[str, Any]) -> None:
        """Makes a received message visible at once."""
        sqs, url = self.aws("sqs"), self._url(queue)
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0)

    def providers(self, method: str, path: str, body: Any = None) -> Any:
        """A request to the providers themselves, or to what controls them."""
        url = f"{self.system.emulator.endpoint}/_companions/providers{path}"
        data = None if body is None else json.dumps(body).encode()
        answer = exchange(urllib.request.Request(url, data=data, method=method))
        assert answer.status == 200, answer.body
        return answer.json()

    def asked(self, path: str, text: str) -> list[dict[str, Any]]:
        """The bodies that a provider was sent and that hold a text."""
        bodies = [one["body"] for one in self.providers("GET", "/_requests") if one["target"].startswith(path)]
        return [body for body in bodies if text in json.dumps(body)]

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Every output, by name."""
        stacks = self.system.rows("outputs", "keyvex").values()
        return {name: value for outputs in stacks for name, value in outputs.items()}

    @cached_property
    def socket(self) -> str:
        """The address of the WebSocket API, as the application's environment has it."""
        return f"{self.outputs['WebSocketApiEndpoint']}/{self.outputs['WebSocketStage']}"

    def _url(self, queue: str) -> str:
        return str(self.aws("sqs").get_queue_url(QueueName=queue)["QueueUrl"])

    def _arn(self, queue: str) -> str:
        sqs, url = self.aws("sqs"), self._url(queue)
        return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])

    @cached_property
    def _table(self) -> Any:
        return self.aws("dynamodb")


@contextmanager
def deployed(new_project: NewProject) -> Iterator[Backend]:
    """Deploys and seeds the system; with the seed data come keys that the providers accept."""
    system = new_project("keyvex")
    try:
        system.pkgops("deploy", "keyvex", "--yes")
        seeded = system.rows("seed-dev", "keyvex")["keyvex"]
        system.learn()
        yield Backend(system, seeded)
    finally:
        system.leave()
