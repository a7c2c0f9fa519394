"""The contract of the `Queues` port, for the fake and for the emulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from pkgops.aws.connection.client import Clients
from pkgops.aws.queues import SqsQueues
from pkgops.errors import AccessError, PkgopsError, UsageError
from pkgops.model import Stage
from pkgops.ports.queues import Queues
from tests.pkgops.fakes.queues import FakeQueues
from tests.pkgops.fakes.scripted import Answer, scripted

pytestmark = pytest.mark.emulator


@dataclass
class Service:
    port: Queues
    source: str
    target: str
    bodies: Callable[[str], list[str]]


@pytest.fixture(params=["fake", "emulator"])
def service(request: pytest.FixtureRequest) -> Service:
    """A queue with 25 messages, and an empty one."""
    messages = [f"message {number}" for number in range(25)]
    if request.param == "fake":
        fake = FakeQueues(source=messages, target=[])
        return Service(fake, "source", "target", lambda name: fake.waiting[name])
    sqs, unique = request.getfixturevalue("aws")("sqs"), request.getfixturevalue("unique")
    names = [unique("queue") for _ in range(2)]
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for text in messages:
        sqs.send_message(QueueUrl=urls[names[0]], MessageBody=text)

    def bodies(name: str) -> list[str]:
        found = []
        while got := sqs.receive_message(QueueUrl=urls[name], MaxNumberOfMessages=10).get("Messages"):
            found += [message["Body"] for message in got]
        return found

    return Service(SqsQueues(request.getfixturevalue("clients")), *names, bodies)


def test_messages_that_are_looked_at_stay(service: Service) -> None:
    for _ in range(2):
        found = service.port.peek(service.source, 12)
        assert len({message.id for message in found}) == 12
        assert {message.body for message in found} <= {f"message {number}" for number in range(25)}
    assert len(service.port.peek(service.source, 100)) == 25
    assert service.port.peek(service.target, 5) == []
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.peek("absent", 1)


def test_a_purged_queue_is_empty(service: Service) -> None:
    service.port.purge(service.source)
    assert service.bodies(service.source) == []
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.purge("absent")


def test_queues_that_are_there_are_counted(service: Service) -> None:
    states = service.port.states([service.target, "absent", service.source])
    assert [(state.name, state.waiting, state.in_flight, state.delayed) for state in states] == [
        (service.target, 0, 0, 0),
        (service.source, 25, 0, 0),
    ]
    assert service.port.states([]) == []


def test_everything_is_moved(service: Service) -> None:
    heard: list[int] = []
    assert service.port.move(service.source, service.target, heard.append) == 25
    assert heard[-1] == 25
    assert heard == sorted(heard)
    assert sorted(service.bodies(service.target)) == sorted(f"message {number}" for number in range(25))
    assert service.bodies(service.source) == []


def test_messages_are_sent(service: Service) -> None:
    sent = [f"sent {number}" for number in range(12)]
    service.port.send(service.target, sent)
    assert sorted(service.bodies(service.target)) == sorted(sent)
    service.port.send(service.target, [])
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.send("absent", ["lost"])


def test_some_messages_are_moved(service: Service) -> None:
    chosen = service.port.peek(service.source, 25)[10:13]
    assert service.port.move_some(service.source, service.target, [message.id for message in chosen]) == 3
    assert sorted(service.bodies(service.target)) == sorted(message.body for message in chosen)
    assert service.port.move_some(service.source, service.target, ["absent"]) == 0
    assert len(service.port.peek(service.source, 100)) == 22
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.move_some(service.source, "absent", ["x"])


def test_nothing_to_move(service: Service) -> None:
    assert service.port.move(service.target, service.source, lambda _: None) == 0


@pytest.mark.parametrize("absent", ["source", "target"])
def test_a_queue_that_is_not_there(service: Service, absent: str) -> None:
    names = {"source": service.source, "target": service.target, absent: "absent"}
    with pytest.raises(UsageError, match="absent is not deployed"):
        service.port.move(names["source"], names["target"], lambda _: None)
    assert len(service.bodies(service.source)) == 25


def test_attributes_and_groups_go_along(aws: Any, clients: Clients, unique: Callable[[str], str]) -> None:
    sqs, names = aws("sqs"), [unique("queue") + ".fifo" for _ in range(2)]
    urls = [sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"] for name in names]
    attributes = {
        "kind": {"DataType": "String", "StringValue": "x"},
        "raw": {"DataType": "Binary", "BinaryValue": b"1"},
    }
    sqs.send_message(
        QueueUrl=urls[0],
        MessageBody="hi",
        MessageGroupId="group",
        MessageDeduplicationId="once",
        MessageAttributes=attributes,
    )
    assert SqsQueues(clients).peek(names[0], 1)[0].attributes == {"kind": "x"}
    assert SqsQueues(clients).move(*names, lambda _: None) == 1
    (message,) = sqs.receive_message(QueueUrl=urls[1], AttributeNames=["All"], MessageAttributeNames=["All"])[
        "Messages"
    ]
    assert message["MessageAttributes"] == attributes
    assert (message["Attributes"]["MessageGroupId"], message["Attributes"]["MessageDeduplicationId"]) == (
        "group",
        "once",
    )


def test_a_consumer_that_gives_everything_back_does_not_keep_it_going(
    aws: Any, clients: Clients, unique: Callable[[str], str]
) -> None:
    name = unique("queue")
    url = aws("sqs").create_queue(QueueName=name)["QueueUrl"]
    for number in range(12):
        aws("sqs").send_message(QueueUrl=url, MessageBody=str(number))
    assert SqsQueues(clients).move(name, name, lambda _: None) == 12


def test_an_interruption_loses_nothing(aws: Any, clients: Clients, unique: Callable[[str], str]) -> None:
    """Stopped right after the first batch."""
    names = [unique("queue") for _ in range(2)]
    urls = [aws("sqs").create_queue(QueueName=name)["QueueUrl"] for name in names]
    for number in range(25):
        aws("sqs").send_message(QueueUrl=urls[0], MessageBody=str(number))

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SqsQueues(clients).move(*names, stop)
    assert [state.waiting + state.in_flight for state in SqsQueues(clients).states(names)] == [15, 10]
    assert SqsQueues(clients).move(*names, lambda _: None) == 15


def test_the_age_of_the_oldest_comes_from_cloudwatch(aws: Any, clients: Clients, unique: Callable[[str], str]) -> None:
    name = unique("queue")
    url = aws("sqs").create_queue(QueueName=name)["QueueUrl"]
    aws("sqs").send_message(QueueUrl=url, MessageBody="x")
    assert SqsQueues(clients).states([name])[0].oldest is None
    datum = {
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": name}],
        "Timestamp": datetime.now(UTC),
        "Value": 4200.0,
    }
    aws("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[datum])
    assert SqsQueues(clients).states([name])[0].oldest == 4200


class Redriving:
    """SQS with the redrive API, as AWS has it."""

    def __init__(self, *statuses: dict[str, Any], refused: str = "") -> None:
        self.statuses = list(statuses)
        self.refused = refused
        self.started: list[dict[str, Any]] = []

    def __call__(self, operation: str, call: dict[str, Any]) -> Answer:
        if operation == "GetQueueUrl":
            return 200, {"QueueUrl": f"https://sqs/{call['QueueName']}"}
        if operation == "GetQueueAttributes":
            return 200, {"Attributes": {"QueueArn": "arn:" + call["QueueUrl"].rpartition("/")[2]}}
        if operation == "StartMessageMoveTask":
            if self.refused:
                return 400, {"__type": self.refused, "message": "There is already a task running"}
            self.started.append(call)
            return 200, {"TaskHandle": "t"}
        assert operation == "ListMessageMoveTasks", operation
        return 200, {"Results": [self.statuses.pop(0)]}


def redriven(service: Redriving, heard: list[int]) -> int:
    with scripted(service) as endpoint:
        return SqsQueues(Clients(Stage("local"), endpoint)).move("dead", "main", heard.append)


def test_aws_moves_by_itself() -> None:
    service = Redriving(
        {"Status": "RUNNING", "ApproximateNumberOfMessagesMoved": 3},
        {"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 8},
    )
    heard: list[int] = []
    assert redriven(service, heard) == 8
    assert service.started == [{"SourceArn": "arn:dead", "DestinationArn": "arn:main"}]
    assert heard == [3, 8]


def test_aws_gives_up() -> None:
    service = Redriving({"Status": "FAILED", "ApproximateNumberOfMessagesMoved": 3, "FailureReason": "AccessDenied"})
    with pytest.raises(PkgopsError, match="ended after 3: AccessDenied"):
        redriven(service, [])


def test_aws_is_busy_moving() -> None:
    with pytest.raises(PkgopsError, match="already a task running") as error:
        redriven(Redriving(refused="com.amazonaws.sqs#ConflictException"), [])
    assert "pkgops queues" in error.value.hint


def test_refused_access() -> None:
    with pytest.raises(AccessError, match="sqs:StartMessageMoveTask"):
        redriven(Redriving(refused="com.amazonaws.sqs#AccessDeniedException"), [])
