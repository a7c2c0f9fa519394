"""Short ways to deploy a template to the emulator and to call a function in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from pkgops.local.client.emulator import Emulator
from tests.emulator import TRUSTED, archive, client
from tests.pkgops.local.edge.site import PAGES, Visitor
from tests.waiting import SOON


@dataclass
class Stack:
    """A deployed stack; ``status`` and ``reasons`` are what CloudFormation says after the last operation."""

    aws: Callable[[str], Any]
    name: str
    reasons: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self._description()["StackStatus"])

    @property
    def outputs(self) -> dict[str, str]:
        return {row["OutputKey"]: row["OutputValue"] for row in self._description().get("Outputs", [])}

    def physical(self, logical_id: str) -> str:
        rows = self.aws("cloudformation").describe_stack_resources(StackName=self.name)["StackResources"]
        return next(str(row["PhysicalResourceId"]) for row in rows if row["LogicalResourceId"] == logical_id)

    def update(self, template: dict[str, Any]) -> Stack:
        self.aws("cloudformation").update_stack(
            StackName=self.name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        return self.expected()

    def delete(self) -> Stack:
        self.aws("cloudformation").delete_stack(StackName=self.name)
        return self.expected()

    def expected(self) -> Stack:
        deadline = time.monotonic() + SOON
        while self.status.endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline, self.status
            time.sleep(0.01)
        rows = self.aws("cloudformation").describe_stack_events(StackName=self._id)["StackEvents"]
        self.reasons = [row["ResourceStatusReason"] for row in rows if row.get("ResourceStatusReason")]
        return self

    _id: str = ""

    def _description(self) -> dict[str, Any]:
        row: dict[str, Any] = self.aws("cloudformation").describe_stacks(StackName=self._id or self.name)["Stacks"][0]
        self._id = row["StackId"]
        return row


@pytest.fixture
def deploy(aws: Callable[[str], Any], unique: Callable[[str], str]) -> Iterator[Callable[..., Stack]]:
    """``deploy(template)`` or ``deploy({logical_id: resource})``: a stack, deleted after the test."""
    made: list[Stack] = []

    def create(template: dict[str, Any]) -> Stack:
        if "Resources" not in template:
            template = {"Resources": template}
        stack = Stack(aws, unique("contract"))
        aws("cloudformation").create_stack(
            StackName=stack.name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        made.append(stack)
        return stack.expected()

    yield create
    for stack in reversed(made):
        stack.aws("cloudformation").delete_stack(StackName=stack.name)
        stack.expected()


def create_function(emulator: Emulator, name: str, code: str, **properties: Any) -> None:
    """A function of one file, and a role for it that allows nothing."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{**TRUSTED, "Action": "sts:AssumeRole"}]})
    role = client(emulator, "iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    client(emulator, "lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": archive({"app.py": code})},
        **properties,
    )


@dataclass
class Function:
    """A deployed function."""

    aws: Callable[[str], Any]
    name: str

    def __call__(self, event: Any = None) -> Any:
        """The handler's result, or the error payload."""
        return json.loads(
            self.aws("lambda").invoke(FunctionName=self.name, Payload=json.dumps(event))["Payload"].read()
        )

    def log(self) -> list[str]:
        """Every line of its log."""
        rows = self.aws("logs").filter_log_events(logGroupName=f"/aws/lambda/{self.name}")["events"]
        return [row["message"] for row in rows]


@pytest.fixture
def function(aws: Callable[[str], Any], unique: Callable[[str], str], role: str) -> Iterator[Callable[..., Function]]:
    """``function("def handler(event, context): ...", MemorySize=256)``: a deployed function."""
    made: list[str] = []

    def create(code: str, **settings: Any) -> Function:
        name = unique("function")
        arguments: dict[str, Any] = {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Role": role,
            "Timeout": 10,
            "Code": {"ZipFile": archive({"app.py": code})},
        }
        aws("lambda").create_function(**(arguments | settings))
        made.append(name)
        return Function(aws, name)

    yield create
    for name in made:
        aws("lambda").delete_function(FunctionName=name)


@pytest.fixture
def site(aws: Callable[[str], Any], unique: Callable[[str], str]) -> str:
    """A private bucket with `PAGES`."""
    name = unique("site")
    aws("s3").create_bucket(Bucket=name)
    for key, text in PAGES.items():
        aws("s3").put_object(Bucket=name, Key=key, Body=text.encode(), ContentType="text/html")
    return name


@pytest.fixture
def visit(emulator: Emulator) -> Callable[..., Visitor]:
    """``visit(stack)``: a viewer of its resource ``Distribution``."""

    def viewer(stack: Stack, name: str = "Distribution") -> Visitor:
        assert stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack.reasons
        return Visitor(emulator, stack.physical(name))

    return viewer
