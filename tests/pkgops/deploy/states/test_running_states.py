"""Every kind of running operation is watched to its end before a stack is deployed or destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pkgops.deploy.deploy import deploy
from pkgops.deploy.destroy import destroy, plan_destroy
from pkgops.events import Note
from pkgops.plan.step import Action
from tests.pkgops.deploy.states.conftest import World

pytestmark = pytest.mark.emulator
Aws = Callable[[str], Any]

RUNNING = {
    "CREATE_IN_PROGRESS": {"Create": "wait 1"},
    "ROLLBACK_IN_PROGRESS": {"Delete": "wait 1"},
    "UPDATE_IN_PROGRESS": {"Update": "wait 7"},
    "UPDATE_ROLLBACK_IN_PROGRESS": {"Update": "wait 1"},
    "DELETE_IN_PROGRESS": {"Delete": "wait 1"},
}


def running(world: World, aws: Aws, status: str) -> None:
    """Begins an operation that stays in ``status`` until the switch says otherwise."""
    cloudformation = aws("cloudformation")
    template = world.template(7 if status.startswith("UPDATE") else 1)
    if "ROLLBACK" in status:
        bad = {"QueueName": {"Fn::GetAtt": ["Thing", "Nonsense"]}}
        template["Resources"]["Bad"] = {"Type": "AWS::SQS::Queue", "Properties": bad, "DependsOn": "Thing"}
    if status.startswith(("UPDATE", "DELETE")):
        world.deploy(1)
    world.instruct(**RUNNING[status])
    if status == "DELETE_IN_PROGRESS":
        cloudformation.delete_stack(StackName=world.name)
    else:
        call = cloudformation.update_stack if status.startswith("UPDATE") else cloudformation.create_stack
        call(StackName=world.name, TemplateBody=json.dumps(template))
    while world.status != status:
        assert world.status.endswith("_IN_PROGRESS"), world.status


@pytest.mark.parametrize("status", RUNNING)
def test_what_runs_is_watched_to_its_end_and_then_compared(world: World, aws: Aws, status: str) -> None:
    running(world, aws, status)
    made = world.plan(2)
    assert made.steps[0].action is Action.ATTACH
    heard = world.events.append

    def attached(event: Any) -> None:
        heard(event)
        if isinstance(event, Note) and f"is {status}" in event.text:
            world.instruct()

    (result,) = deploy(made, world.ports, attached).results
    assert result.ok, result.summary
    assert result.outputs["Version"] == "2"


@pytest.mark.parametrize("status", RUNNING)
def test_what_runs_is_watched_before_it_is_destroyed(world: World, aws: Aws, status: str) -> None:
    running(world, aws, status)
    doomed = plan_destroy(world.project, world.packaged(world.template()).stacks, world.ports, ("thing",))
    instruct = lambda event: world.instruct() if isinstance(event, Note) else None  # noqa: E731
    assert destroy(doomed, world.ports, instruct).results[0].status == "DELETE_COMPLETE"
    assert world.state is None
