"""Another deployer changes stacks before, between and during: its operations are awaited, then compared again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from pkgops.deploy.deploy import deploy
from pkgops.deploy.report import Report
from pkgops.deploy.wait_for_idle import wait_until_idle
from pkgops.errors import DeployError
from pkgops.events import Event, Note, StackChanged
from pkgops.plan.change_set import create_change_set
from pkgops.plan.options import PlanOptions
from pkgops.plan.prepare import prepare
from pkgops.plan.step import Action
from tests.pkgops.deploy.states.conftest import PATIENCE, World

pytestmark = pytest.mark.emulator
GUARDED = {"Type": "AWS::DynamoDB::Table"}


def table(name: str) -> dict[str, Any]:
    """A table whose replacement loses data."""
    key = {"AttributeName": "id", "AttributeType": "S"}
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    properties = {"TableName": name, "AttributeDefinitions": [key], "KeySchema": schema}
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties | {"BillingMode": "PAY_PER_REQUEST"}}


def others_begin(world: World, version: int, *extra: str) -> None:
    """Another deployer executes an update to a version; it runs for as long as the switch says."""
    stack = world.packaged(world.template(version, *extra)).stacks[0]
    create = world.state is None
    world.ports.stacks.execute(create_change_set(world.project, stack, {}, world.ports, create=create).id)


@contextmanager
def meanwhile(work: Callable[[], Report]) -> Iterator[Future[Report]]:
    """``work`` in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work)


def seen(world: World, wanted: Callable[[Event], bool]) -> None:
    """Waits until the deployment has emitted a note."""
    until = time.monotonic() + PATIENCE
    while not any(wanted(event) for event in list(world.events)):
        assert time.monotonic() < until, world.events
        time.sleep(0.01)


def test_what_runs_is_watched_and_nothing_is_done_twice(world: World) -> None:
    world.instruct(Create="wait")
    others_begin(world, 1)
    made = world.plan(1)
    assert made.steps[0].action is Action.ATTACH
    with meanwhile(lambda: deploy(made, world.ports, world.events.append)) as deployment:
        seen(world, lambda event: isinstance(event, Note) and "is CREATE_IN_PROGRESS" in event.text)
        world.instruct()
        (result,) = deployment.result(30).results
    assert result.status == "UNCHANGED"
    assert result.outputs["Version"] == "1"


def test_what_it_left_different_is_deployed_after_it(world: World) -> None:
    world.deploy(1)
    world.instruct(Update="wait 2")
    others_begin(world, 2)
    with meanwhile(lambda: world.deploy(3)) as deployment:
        seen(world, lambda event: isinstance(event, Note) and "is UPDATE_IN_PROGRESS" in event.text)
        world.instruct()
        (result,) = deployment.result(30).results
    assert (result.status, result.outputs["Version"]) == ("UPDATE_COMPLETE", "3")


def test_a_failed_creation_by_another_deployer_is_recreated(world: World) -> None:
    world.instruct(Create="wait")
    others_begin(world, 1)
    with meanwhile(lambda: world.deploy(2)) as deployment:
        seen(world, lambda event: isinstance(event, Note))
        world.instruct(Create="fail 1")
        (result,) = deployment.result(30).results
    assert (result.status, result.outputs["Version"]) == ("CREATE_COMPLETE", "2")


def test_what_is_being_deleted_is_created_again(world: World) -> None:
    world.deploy(1)
    world.instruct(Delete="wait")
    world.ports.stacks.delete(world.name)
    with meanwhile(lambda: world.deploy(2)) as deployment:
        seen(world, lambda event: isinstance(event, Note) and "is DELETE_IN_PROGRESS" in event.text)
        world.instruct()
        (result,) = deployment.result(30).results
    assert (result.status, result.outputs["Version"]) == ("CREATE_COMPLETE", "2")


def test_an_operation_that_begins_between_plan_and_execution_is_watched_first(world: World) -> None:
    world.deploy(1)
    made = world.plan(3)
    world.instruct(Update="wait 2")
    others_begin(world, 2)
    with meanwhile(lambda: deploy(made, world.ports, world.events.append)) as deployment:
        seen(world, lambda event: isinstance(event, Note) and "meanwhile" in event.text)
        world.instruct()
        (result,) = deployment.result(30).results
    assert (result.status, result.outputs["Version"]) == ("UPDATE_COMPLETE", "3")


def test_one_that_has_begun_and_ended_in_between_is_noticed(world: World) -> None:
    world.deploy(1)
    made = world.plan(3)
    others_begin(world, 2, "Extra")
    wait_until_idle([world.name], world.ports)
    (result,) = deploy(made, world.ports, world.events.append).results
    assert (result.status, result.outputs["Version"]) == ("UPDATE_COMPLETE", "3")
    assert "Extra" not in {row.logical_id for row in world.ports.stacks.resources(world.name)}


def test_a_stack_made_or_deleted_in_between_is_noticed(world: World) -> None:
    made = world.plan(2)
    others_begin(world, 1)
    wait_until_idle([world.name], world.ports)
    (result,) = deploy(made, world.ports, world.events.append).results
    assert (result.status, result.outputs["Version"]) == ("UPDATE_COMPLETE", "2")
    made = world.plan(3)
    assert world.destroy().results[0].status == "DELETE_COMPLETE"
    (result,) = deploy(made, world.ports, world.events.append).results
    assert (result.status, result.outputs["Version"]) == ("CREATE_COMPLETE", "3")


def test_a_stack_that_another_deployer_has_recreated_is_not_deleted(world: World) -> None:
    world.instruct(Create="fail")
    world.deploy(1)
    world.instruct()
    made = world.plan(2)
    assert made.steps[0].action is Action.RECREATE
    world.deploy(1)
    state = world.state
    (result,) = deploy(made, world.ports, world.events.append).results
    assert (result.status, result.outputs["Version"]) == ("UPDATE_COMPLETE", "2")
    assert state is not None
    assert world.state is not None
    assert world.state.id == state.id


def test_it_waits_no_longer_than_the_time_limit(world: World) -> None:
    world.instruct(Create="wait")
    others_begin(world, 1)
    with pytest.raises(DeployError, match="nothing was changed"):
        wait_until_idle([world.name], world.ports, timeout=0)
    with pytest.raises(DeployError, match="nothing was changed"):
        wait_until_idle([world.name], world.ports, timeout=0.2)
    (result,) = world.deploy(2, wait=0.2).results
    assert result.status == "REFUSED"
    assert "still running" in result.reason
    assert "--wait" in result.reason
    with meanwhile(lambda: world.deploy(2, wait=30)) as deployment:
        seen(world, lambda event: isinstance(event, StackChanged))
        world.instruct()
        assert deployment.result(30).ok


def test_destroying_waits_for_it_too(world: World) -> None:
    world.instruct(Create="wait")
    others_begin(world, 1)
    (result,) = world.destroy(wait=0.2).results
    assert result.status == "REFUSED"
    with meanwhile(world.destroy) as destruction:
        seen(world, lambda event: isinstance(event, Note) and "then deleting it" in event.text)
        world.instruct()
        assert destruction.result(30).results[0].status == "DELETE_COMPLETE"
    assert world.state is None


def protected(world: World) -> World:
    """The same stack on a protected stage, as far as the plan is concerned."""
    return replace(world, project=replace(world.project, stage=replace(world.project.stage, protected=True)))


def test_what_was_not_known_at_the_plan_is_refused_on_a_protected_stage(world: World) -> None:
    """The running operation ends in a table; ours would replace it."""
    first, other = (world.template(1, Table=table(f"{world.name}-{name}")) for name in ("one", "two"))
    world.deploy_template(first)
    world.instruct(Update="wait 2")
    running = world.template(2, Table=table(f"{world.name}-one"))
    world.ports.stacks.execute(
        create_change_set(world.project, world.packaged(running).stacks[0], {}, world.ports, create=False).id
    )
    guarded = protected(world)
    made = prepare(guarded.project, guarded.packaged(other), guarded.ports)
    assert made.steps[0].action is Action.ATTACH
    world.instruct()
    (result,) = deploy(made, guarded.ports, world.events.append).results
    assert result.status == "REFUSED"
    assert "Data would be lost: Table: AWS::DynamoDB::Table replaced" in result.reason
    assert "--allow Table" in result.reason
    assert json_of(world)["Table"] == first["Resources"]["Table"]
    accepted = prepare(guarded.project, guarded.packaged(other), guarded.ports, options=PlanOptions(allow=("Table",)))
    assert deploy(accepted, guarded.ports).ok


def json_of(world: World) -> dict[str, Any]:
    """The deployed resources."""
    import json

    resources: dict[str, Any] = json.loads(world.ports.stacks.template(world.name))["Resources"]
    return resources


def test_values_unknown_at_the_plan_are_reviewed_before_they_are_used(world: World) -> None:
    """The table is named by an upstream stack's output, which changes: known only once that is deployed."""
    from pkgops.build.artifacts import PackagedSystem
    from pkgops.build.synth import SynthesizedStack

    guarded = protected(world)

    def system(word: str) -> PackagedSystem:
        up = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"Word": {"Value": word}}}
        down = {"Parameters": {"Word": {"Type": "String"}}, "Resources": {"Table": table("x")}}
        down["Resources"]["Table"]["Properties"]["TableName"] = {"Ref": "Word"}
        names = (world.name, f"{world.name}-down")
        return PackagedSystem(
            (
                SynthesizedStack("stately", "thing", names[0], up),
                SynthesizedStack("stately", "other", names[1], down, {"Word": "thing.Word"}),
            ),
            (),
        )

    assert deploy(prepare(guarded.project, system(f"{world.name}-a"), guarded.ports), guarded.ports).ok
    made = prepare(guarded.project, system(f"{world.name}-b"), guarded.ports)
    assert [step.action for step in made.steps] == [Action.UPDATE, Action.UNCHANGED]
    report = deploy(made, guarded.ports)
    assert [result.status for result in report.results] == ["UPDATE_COMPLETE", "REFUSED"]
    assert "--allow Table" in report.results[1].reason
    events: list[Event] = []
    open_ = prepare(world.project, system(f"{world.name}-b"), world.ports, options=PlanOptions())
    assert deploy(open_, world.ports, events.append).ok
