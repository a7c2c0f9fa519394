"""A system on the emulator whose one custom resource works, fails or waits, as a file says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.deploy.deploy import Report, deploy
from pkgops.deploy.destroy import destroy, plan_destroy
from pkgops.events import Event
from pkgops.local.client.emulator import Emulator
from pkgops.model import LOCAL_ACCOUNT, Stack, Stage, System
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare
from pkgops.ports.stacks import StackState
from tests.emulator import archive
from tests.pkgops.ports.models import checked_calls
from tests.repository import ROOT

_NUMBERS = count(1)
PATIENCE = 40.0  # seconds after which nothing waits any more: a test that hangs fails instead

PROVIDER = """
import json, time, urllib.request

def wish(event):
    with open(event["ResourceProperties"]["Switch"]) as file:
        instruction, _, version = json.load(file).get(event["RequestType"], "work").partition(" ")
    return instruction if version in ("", event["ResourceProperties"]["Version"]) else "work"

def handler(event, context):
    print(event["RequestType"], "of", event["LogicalResourceId"])
    while wish(event) == "wait":
        time.sleep(0.02)
    if wish(event) == "fail":
        print("Migration 7 found a table that is not there")
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer["Status"] = "FAILED" if wish(event) == "fail" else "SUCCESS"
    answer["Reason"] = f"{event['RequestType']} was told to fail"
    answer["PhysicalResourceId"] = event.get("PhysicalResourceId", "thing")
    body = json.dumps(answer).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT"))
"""


@dataclass(frozen=True)
class NoSettings:
    """A system without settings."""


SYSTEM = System(
    key="stately",
    title="Stately",
    stacks=(Stack("thing", "Stately"), Stack("other", "StatelyOther")),
    settings=NoSettings,
    environments={},
    check=lambda stage, settings: [],
    tags=lambda stage: {"Project": "Stately"},
)


@dataclass
class World:
    """One test's stack ``name``, with the custom resource Thing and a queue, and what a deployer does to it."""

    project: Project
    ports: AwsPorts
    provider: str
    switch: Path
    name: str
    events: list[Event] = field(default_factory=list)

    def instruct(self, **behavior: str) -> None:
        """What Create, Update and Delete of the custom resource do from now on: work (the default), fail or wait,
        with a version behind it only for that one ("fail 2")."""
        fresh = self.switch.with_suffix(".new")
        fresh.write_text(json.dumps(behavior))
        fresh.replace(self.switch)

    def template(self, version: int = 1, *extra: str, **resources: Any) -> dict[str, Any]:
        """Thing in a version, the queue, queues named in ``extra``, and further resources."""
        properties = {"ServiceToken": self.provider, "Switch": str(self.switch), "Version": str(version)}
        thing = {"Type": "Custom::Thing", "Properties": properties}
        queues = {name: {"Type": "AWS::SQS::Queue"} for name in ("Queue", *extra)}
        return {"Resources": {"Thing": thing, **queues, **resources}, "Outputs": {"Version": {"Value": str(version)}}}

    def packaged(self, template: dict[str, Any], **more: Any) -> PackagedSystem:
        """The stack as the pipeline hands it on."""
        sources = {"Thing": "templates/stately/thing.py:7", "Nested": "templates/stately/thing.py:9"}
        stack = SynthesizedStack("stately", "thing", self.name, template, {}, {"Project": "Stately"}, sources)
        return PackagedSystem((stack, *more.get("stacks", ())), ())

    def plan(self, version: int = 1, *extra: str, **options: Any) -> Plan:
        """The plan for a version."""
        return prepare(
            self.project, self.packaged(self.template(version, *extra)), self.ports, options=PlanOptions(**options)
        )

    def deploy(self, version: int = 1, *extra: str, **options: Any) -> Report:
        """Plans and deploys a version."""
        return deploy(self.plan(version, *extra, **options), self.ports, self.events.append)

    def deploy_template(self, template: dict[str, Any]) -> Report:
        """Plans and deploys a template."""
        return deploy(prepare(self.project, self.packaged(template), self.ports), self.ports, self.events.append)

    def destroy(self, **more: Any) -> Report:
        """Destroys the stack as `pkgops destroy` does."""
        from dataclasses import replace

        doomed = plan_destroy(self.project, self.packaged(self.template()).stacks, self.ports, ("thing",))
        return destroy(replace(doomed, **more), self.ports, self.events.append)

    @property
    def state(self) -> StackState | None:
        """The stack as CloudFormation reports it."""
        return next((state for state in self.ports.stacks.describe() if state.name == self.name), None)

    @property
    def status(self) -> str:
        """Its status, "" if there is none."""
        state = self.state
        return state.status if state else ""


@pytest.fixture(autouse=True)
def modelled() -> Iterator[None]:
    """What rolls back and goes on is sent nowhere else: it is compared with the models here, too."""
    with checked_calls():
        yield


@pytest.fixture(scope="session")
def root(emulator: Emulator) -> Path:
    """The project whose emulator it is."""
    return emulator.home.parents[1]


@pytest.fixture(scope="session")
def provider(aws: Callable[[str], Any], role: str) -> str:
    """The ARN of the custom resource's function, which no stack holds."""
    made = aws("lambda").create_function(
        FunctionName="stately-provider",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Timeout=60,
        Code={"ZipFile": archive({"app.py": PROVIDER})},
    )
    return str(made["FunctionArn"])


@pytest.fixture
def world(emulator: Emulator, provider: str, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "templates").symlink_to(ROOT / "templates")
    stage = Stage("local", account=LOCAL_ACCOUNT, port=emulator.port)
    project = Project(tmp_path, stage, SYSTEM, NoSettings())
    name = f"Stately-{next(_NUMBERS)}"
    ports = AwsPorts(stage, emulator.endpoint, root_secret=emulator.credentials().secret)
    made = World(project, ports, provider, tmp_path / "switch.json", name)
    made.instruct()
    patience = threading.Timer(PATIENCE, made.instruct)
    patience.start()
    yield made
    patience.cancel()
    made.instruct()
