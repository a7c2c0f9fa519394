"""The contract of the `Drift` port, for the fake and for the emulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from pkgops.aws.drift import CloudFormationDrift
from pkgops.aws.stacks import CloudFormationStacks
from pkgops.deploy.watcher import Watcher
from pkgops.errors import DeployError
from pkgops.plan.change_set import wait_until_ready
from pkgops.ports.drift import Detection, PropertyDrift, ResourceDrift
from pkgops.ports.stacks import ChangeSetRequest
from tests.pkgops.fakes.ports import FakePorts

TEMPLATE = {
    "Resources": {
        "Kept": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}},
        "Gone": {"Type": "AWS::SNS::Topic", "Properties": {}},
    }
}


@dataclass
class RealPorts:
    """The two adapters, which speak to the same service."""

    stacks: Any
    drift: Any
    endpoint: str = "http://127.0.0.1:1"


@dataclass
class World:
    """Ports with one deployed stack, and a way to change it outside of deployments."""

    ports: Any
    name: str
    tamper: Callable[[], None]

    def found(self) -> tuple[Detection, dict[str, ResourceDrift]]:
        identifier = self.ports.drift.begin(self.name)
        while not (detection := self.ports.drift.detection(identifier)).ended:
            pass
        return detection, {row.logical_id: row for row in self.ports.drift.resources(self.name)}

    def change_set(self, **more: Any) -> Any:
        request = ChangeSetRequest(self.name, False, {}, {}, body=json.dumps(TEMPLATE))
        return wait_until_ready(self.ports, self.ports.stacks.create_change_set(replace(request, **more)))

    def carried_out(self, change_set_id: str) -> str:
        before = next((state for state in self.ports.stacks.describe() if state.name == self.name), None)
        self.ports.stacks.execute(change_set_id)
        with Watcher(self.ports.stacks, lambda event: None, fast=True) as watcher:
            state = watcher.wait(self.name, before)
        return state.status if state else ""


def fake(name: str) -> World:
    ports = FakePorts()
    drifts = {"Kept": {"/VisibilityTimeout": ("30", "99")}, "Gone": None}
    return World(ports, name, lambda: ports.stacks.drifts.update(drifts))


def real(name: str, clients: Any, aws: Callable[[str], Any]) -> World:
    stacks = CloudFormationStacks(clients)

    def tamper() -> None:
        physical = {row.logical_id: row.physical_id for row in stacks.resources(name)}
        aws("sqs").set_queue_attributes(QueueUrl=physical["Kept"], Attributes={"VisibilityTimeout": "99"})
        aws("sns").delete_topic(TopicArn=physical["Gone"])

    return World(RealPorts(stacks, CloudFormationDrift(clients)), name, tamper)


@pytest.fixture(params=["fake", "real"])
def world(request: pytest.FixtureRequest, unique: Callable[[str], str]) -> World:
    name = unique("drift")
    if request.param == "fake":
        made = fake(name)
    else:
        made = real(name, request.getfixturevalue("clients"), request.getfixturevalue("aws"))
    return deployed(made)


def deployed(made: World) -> World:
    first = wait_until_ready(made.ports, made.ports.stacks.create_change_set(_first(made.name)))
    assert made.carried_out(first.id) == "CREATE_COMPLETE"
    return made


def _first(name: str) -> ChangeSetRequest:
    return ChangeSetRequest(name, True, {}, {}, body=json.dumps(TEMPLATE))


def test_what_was_just_deployed_is_in_sync(world: World) -> None:
    detection, rows = world.found()
    assert (detection.status, detection.reason) == ("IN_SYNC", "")
    assert {name: row.status for name, row in rows.items()} == {"Kept": "IN_SYNC", "Gone": "IN_SYNC"}


def test_what_was_changed_and_what_is_gone(world: World) -> None:
    world.tamper()
    detection, rows = world.found()
    assert detection.status == "DRIFTED"
    assert (rows["Kept"].type, rows["Kept"].status) == ("AWS::SQS::Queue", "MODIFIED")
    assert rows["Kept"].differences == (PropertyDrift("/VisibilityTimeout", "30", "99"),)
    assert (rows["Gone"].status, rows["Gone"].differences) == ("DELETED", ())


def test_a_change_set_may_revert_it(world: World) -> None:
    world.tamper()
    assert world.change_set().empty
    made = world.change_set(revert_drift=True)
    assert {change.logical_id: change.drift for change in made.changes} == {"Kept": "MODIFIED", "Gone": "DELETED"}
    assert next(change.properties for change in made.changes if change.logical_id == "Kept") == ("VisibilityTimeout",)
    assert world.carried_out(made.id) == "UPDATE_COMPLETE"
    assert world.found()[0].status == "IN_SYNC"
    assert world.change_set(revert_drift=True).empty


def test_the_values_of_what_is_taken_back_are_known_to_the_review(
    unique: Callable[[str], str], clients: Any, aws: Callable[[str], Any]
) -> None:
    world = deployed(real(unique("drift"), clients, aws))
    world.tamper()
    present = world.change_set(revert_drift=True).present
    assert (present["Kept"][0]["VisibilityTimeout"], present["Kept"][1]["VisibilityTimeout"]) == (99, 30)
    assert present["Gone"][0] == {}
    assert world.change_set().present == {}


def test_a_new_stack_has_none_to_revert(world: World) -> None:
    name = f"{world.name}-new"
    with pytest.raises(DeployError, match=name):
        world.ports.stacks.create_change_set(replace(_first(name), revert_drift=True))
    assert name not in {state.name for state in world.ports.stacks.describe()}


def test_an_express_stage_reverts_in_standard_mode(
    unique: Callable[[str], str], clients: Any, aws: Callable[[str], Any]
) -> None:
    world = deployed(real(unique("drift"), clients, aws))
    sent: list[dict[str, Any]] = []
    events, hook = clients.get("cloudformation").meta.events, "provide-client-params.cloudformation.CreateChangeSet"
    events.register(hook, lambda params, **_: sent.append(params), unique_id="seen")
    try:
        world.change_set(express=True)
        world.change_set(express=True, revert_drift=True)
    finally:
        events.unregister(hook, unique_id="seen")
    modes = [(one.get("DeploymentMode"), one.get("DeploymentConfig")) for one in sent]
    assert modes == [(None, {"Mode": "EXPRESS", "DisableRollback": False}), ("REVERT_DRIFT", None)]


def test_a_stack_that_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(DeployError, match="does not exist"):
        world.ports.drift.begin("there-is-no-such-stack")


def test_a_stack_that_waits_for_its_first_change_set_is_refused(world: World) -> None:
    name = f"{world.name}-new"
    made = world.ports.stacks.create_change_set(_first(name))
    with pytest.raises(DeployError, match="REVIEW_IN_PROGRESS"):
        world.ports.drift.begin(name)
    world.ports.stacks.delete_change_set(made)
