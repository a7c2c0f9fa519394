"""Which event is the cause, and whose log is shown?"""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.deploy.custom_resource_log import LINES, MAX_WIDTH, Origin, read_log_tail
from pkgops.deploy.root_cause import first_failure
from pkgops.errors import AccessError
from pkgops.ports.stacks import StackEvent
from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.ports import FakePorts

BEGAN, FAILED = "2026-01-01T10:00:00+00:00", "2026-01-01T10:05:00+00:00"
AT = 1767261600000  # BEGAN in epoch ms
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:mover"
STACK = "AWS::CloudFormation::Stack"


class History:
    """`pkgops.ports.stacks.Stacks` as far as failures go: stack -> its events."""

    def __init__(self, **events: list[StackEvent]) -> None:
        self.of = events

    def failures(self, stack: str) -> list[StackEvent]:
        return [event for event in self.of.get(stack, []) if event.status.endswith("FAILED")]

    def events(self, stack: str, until: str = "", since: str = "") -> list[StackEvent]:
        return self.of.get(stack, [])


def event(name: str, status: str, reason: str = "", type: str = "AWS::SQS::Queue", id: str = "") -> StackEvent:
    time = FAILED if status.endswith("FAILED") else BEGAN
    return StackEvent(f"{name}-{status}", "top", time, name, id, type, status, reason)


def test_what_was_merely_cancelled_is_no_cause() -> None:
    history = History(
        top=[
            event("A", "CREATE_FAILED", "Resource creation cancelled"),
            event("B", "CREATE_FAILED", "Its name is taken"),
            event("top", "CREATE_FAILED", "The following resource(s) failed: [A, B].", STACK, "x:stack/top/1"),
        ]
    )
    found = first_failure(history, "top")  # type: ignore[arg-type]
    assert found is not None
    assert (found.name, found.event.reason) == ("B", "Its name is taken")


def test_a_nested_stack_that_tells_nothing_is_the_cause_itself() -> None:
    failed = event("Jobs", "CREATE_FAILED", "Embedded stack jobs was not successfully created", STACK, "jobs")
    found = first_failure(History(top=[failed]), "top")  # type: ignore[arg-type]
    assert found is not None
    assert (found.path, found.event) == (("Jobs",), failed)
    inner = event("Queue", "CREATE_FAILED", "Its name is taken")
    found = first_failure(History(top=[failed], jobs=[inner]), "top")  # type: ignore[arg-type]
    assert found is not None
    assert (found.name, found.stack) == ("Jobs > Queue", "jobs")


def test_a_nested_stack_one_may_not_look_into_is_the_cause_itself() -> None:
    class Closed(History):
        def failures(self, stack: str) -> list[StackEvent]:
            if stack == "jobs":
                raise AccessError("Access denied (cloudformation:DescribeStackEvents)")
            return super().failures(stack)

    failed = event("Jobs", "CREATE_FAILED", "Embedded stack jobs was not successfully created", STACK, "jobs")
    found = first_failure(Closed(top=[failed]), "top")  # type: ignore[arg-type]
    assert found is not None
    assert found.event == failed


def test_without_failed_events_there_is_no_cause() -> None:
    assert first_failure(History(), "top") is None  # type: ignore[arg-type]


REPORT = "REPORT RequestId: 1\tDuration: 1.00 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t"


def ended(
    token: Any, *, parameters: dict[str, str] | None = None, **resources: Any
) -> tuple[FakePorts, tuple[str, ...]]:
    """The tail for a resource Move with that ServiceToken, whose function has said fifteen lines and one before."""
    ports = FakePorts(logs=FakeLogs())
    made = event("Mover", "CREATE_COMPLETE", type="AWS::Lambda::Function", id="generated-mover")
    failed = event("Move", "CREATE_FAILED", "no answer", "Custom::Move")
    ports.stacks = History(top=[made, event("Move", "CREATE_IN_PROGRESS", type="Custom::Move"), failed])
    for group in ("/aws/lambda/mover", "/aws/lambda/generated-mover", "/its/own"):
        said = [(AT + 1000 + at, f"line {at} " + "x" * 400) for at in range(15)]
        ports.logs.write(group, "s", [(AT - 60_000, "yesterday's"), *said, (AT + 3000, REPORT)])
    template = {"Resources": {"Move": {"Type": "Custom::Move", "Properties": {"ServiceToken": token}}, **resources}}
    return ports, read_log_tail(ports, failed, Origin("top", template, parameters or {}))


@pytest.mark.parametrize(
    ("token", "resources", "group"),
    [
        (ARN, {}, "/aws/lambda/mover"),
        (f"{ARN}:live", {}, "/aws/lambda/mover"),
        ({"Ref": "MoverArn"}, {}, "/aws/lambda/mover"),
        ({"Fn::GetAtt": ["Mover", "Arn"]}, {}, "/aws/lambda/generated-mover"),
        ({"Fn::GetAtt": ["Mover", "Arn"]}, {"Mover": {"Properties": {"FunctionName": "mover"}}}, "/aws/lambda/mover"),
        (
            {"Fn::GetAtt": ["Mover", "Arn"]},
            {
                "Mover": {"Properties": {"LoggingConfig": {"LogGroup": {"Ref": "Group"}}}},
                "Group": {"Properties": {"LogGroupName": "/its/own"}},
            },
            "/its/own",
        ),
    ],
)
def test_the_log_is_that_of_the_function_named(token: Any, resources: dict[str, Any], group: str) -> None:
    _, lines = ended(token, parameters={"MoverArn": ARN}, **resources)
    assert lines[0] == f"The end of {group}:"
    assert [line.split(" x")[0] for line in lines[1:]] == [f"line {at}" for at in range(15 - LINES, 15)]
    assert max(map(len, lines)) <= MAX_WIDTH


@pytest.mark.parametrize(
    "token", ["arn:aws:sns:eu-west-1:123456789012:topic", {"Ref": "Unknown"}, None, {"Fn::Sub": "x"}]
)
def test_where_no_function_is_named_there_is_no_log(token: Any) -> None:
    ports, lines = ended(token)
    assert lines == ()
    assert ports.logs.calls == []


def test_a_log_that_cannot_be_read_hides_nothing() -> None:
    ports, _ = ended(ARN)
    ports.logs.failures.append(AccessError("Access denied (logs:FilterLogEvents)"))
    failed = event("Move", "CREATE_FAILED", "no answer", "Custom::Move")
    template = {"Resources": {"Move": {"Properties": {"ServiceToken": ARN}}}}
    assert read_log_tail(ports, failed, Origin("top", template)) == ()


def test_other_resources_have_no_function_and_cost_nothing() -> None:
    assert read_log_tail(FakePorts(), event("Queue", "CREATE_FAILED", "taken"), Origin("top", {})) == ()
