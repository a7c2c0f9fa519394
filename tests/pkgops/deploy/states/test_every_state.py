"""Has every state CloudFormation can leave a stack in an answer? Each is brought about here, by another deployer or by
a resource that fails, and met by `deploy` and `destroy`. The emulator knows no failed rollback of an import and no
clean-up that takes its time: for those only the decision is tried. What is still running: test_running_states.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.session import Session

from pkgops.cli.output.plan_text import plan_text
from pkgops.deploy.deploy import deploy, require_success
from pkgops.deploy.wait_for_idle import wait_until_idle
from pkgops.errors import DeployError
from pkgops.events import Note
from pkgops.plan.change_set import create_change_set
from pkgops.plan.options import PlanOptions
from pkgops.plan.step import Action, decide
from pkgops.ports.stacks import StackState
from tests.pkgops.deploy.states.conftest import World

pytestmark = pytest.mark.emulator
Aws = Callable[[str], Any]

ANSWERS = {
    "CREATE_COMPLETE": Action.UPDATE,
    "UPDATE_COMPLETE": Action.UPDATE,
    "IMPORT_COMPLETE": Action.UPDATE,
    "UPDATE_ROLLBACK_COMPLETE": Action.UPDATE,
    "IMPORT_ROLLBACK_COMPLETE": Action.UPDATE,
    "UPDATE_FAILED": Action.ROLL_BACK,
    "REVIEW_IN_PROGRESS": Action.CREATE,
    "CREATE_FAILED": Action.RECREATE,
    "ROLLBACK_COMPLETE": Action.RECREATE,
    "ROLLBACK_FAILED": Action.RECREATE,
    "UPDATE_ROLLBACK_FAILED": Action.STUCK,
    "DELETE_FAILED": Action.STUCK,
    "IMPORT_ROLLBACK_FAILED": Action.STUCK,
}


def statuses() -> list[str]:
    """Every status of a stack that the SDK's model of CloudFormation knows."""
    return list(Session().get_service_model("cloudformation").shape_for("StackStatus").enum)


@pytest.mark.parametrize("status", [status for status in statuses() if status != "DELETE_COMPLETE"])
def test_each_has_an_answer(world: World, status: str) -> None:
    stack = world.packaged(world.template()).stacks[0]
    answer = decide(stack, StackState(world.name, "arn", status), {}, PlanOptions()).action
    assert answer is ANSWERS.get(status, Action.ATTACH)
    assert (answer is Action.ATTACH) == (status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS")


def created(world: World, aws: Aws, **options: Any) -> None:
    """Another deployer's first creation, seen to its end."""
    body = json.dumps(world.template(1))
    aws("cloudformation").create_stack(StackName=world.name, TemplateBody=body, **options)
    wait_until_idle([world.name], world.ports)


def rolled_back(world: World, aws: Aws) -> None:
    world.instruct(Create="fail 1")
    created(world, aws)


def rollback_failed(world: World, aws: Aws) -> None:
    world.instruct(Delete="fail 1")
    template = world.template(1)
    bad = {"QueueName": {"Fn::GetAtt": ["Thing", "Nonsense"]}}
    template["Resources"]["Bad"] = {"Type": "AWS::SQS::Queue", "Properties": bad, "DependsOn": "Thing"}
    aws("cloudformation").create_stack(StackName=world.name, TemplateBody=json.dumps(template))
    wait_until_idle([world.name], world.ports)
    world.instruct()


def create_failed(world: World, aws: Aws) -> None:
    world.instruct(Create="fail 1")
    created(world, aws, OnFailure="DO_NOTHING")


def in_review(world: World, aws: Aws) -> None:
    create_change_set(world.project, world.packaged(world.template(1)).stacks[0], {}, world.ports, create=True)


def update_rolled_back(world: World, aws: Aws) -> None:
    world.deploy(1)
    world.instruct(Update="fail 7")
    world.deploy(7)


def update_failed(world: World, aws: Aws) -> None:
    world.deploy(1)
    world.instruct(Update="fail 7")
    body = json.dumps(world.template(7, "Added"))
    aws("cloudformation").update_stack(StackName=world.name, TemplateBody=body, DisableRollback=True)
    wait_until_idle([world.name], world.ports)


MADE = {
    "ROLLBACK_COMPLETE": rolled_back,
    "ROLLBACK_FAILED": rollback_failed,
    "CREATE_FAILED": create_failed,
    "REVIEW_IN_PROGRESS": in_review,
    "UPDATE_ROLLBACK_COMPLETE": update_rolled_back,
    "UPDATE_FAILED": update_failed,
}


@pytest.mark.parametrize("status", MADE)
def test_the_next_deployment_puts_it_right(world: World, aws: Aws, status: str) -> None:
    MADE[status](world, aws)
    assert world.status == status
    before = world.state
    (result,) = world.deploy(2).results
    assert result.ok, result.summary
    assert result.outputs["Version"] == "2"
    assert {row.logical_id for row in world.ports.stacks.resources(world.name)} == {"Thing", "Queue"}
    if ANSWERS[status] is not Action.CREATE:
        assert before is not None
        assert world.state is not None
        assert (world.state.id != before.id) == (ANSWERS[status] is Action.RECREATE)
    assert not world.plan(2).changed


@pytest.mark.parametrize("status", MADE)
def test_it_can_be_destroyed(world: World, aws: Aws, status: str) -> None:
    MADE[status](world, aws)
    assert world.status == status
    world.instruct()
    assert world.destroy().results[0].status == "DELETE_COMPLETE"
    assert world.state is None


def test_an_update_that_was_left_as_it_failed_is_rolled_back_first(world: World, aws: Aws) -> None:
    update_failed(world, aws)
    plan = world.plan(2)
    assert "roll back  (its last update failed and was left so" in plan_text(plan, full=False)
    assert deploy(plan, world.ports, world.events.append).ok
    assert Note(f"{world.name} is UPDATE_FAILED: rolling that update back first.") in world.events
    statuses = [row.status for row in world.ports.stacks.events(world.name) if row.logical_id == world.name]
    assert statuses.index("UPDATE_ROLLBACK_COMPLETE") < statuses.index("UPDATE_COMPLETE")


def stuck(world: World) -> None:
    """An update whose rollback fails too."""
    world.deploy(1)
    world.instruct(Update="fail")
    (result,) = world.deploy(7).results
    assert (result.status, world.status) == ("UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_FAILED")
    assert result.reason.startswith("Thing: Update was told to fail")
    assert "--resume --skip Thing" in result.hint


def test_a_rollback_that_failed_is_named_and_gone_on_with(world: World) -> None:
    stuck(world)
    with pytest.raises(DeployError, match="UPDATE_ROLLBACK_FAILED") as refused:
        world.plan(2)
    assert "Thing could not be rolled back" in refused.value.hint
    assert "pkgops deploy stately --stage local --resume --skip Thing" in refused.value.hint
    (again,) = world.deploy(2, resume=True).results
    assert again.status == "REFUSED"
    assert "failed again" in again.reason
    assert "--skip Thing" in again.reason
    world.instruct()
    (result,) = world.deploy(2, resume=True).results
    assert (result.status, result.outputs["Version"]) == ("UPDATE_COMPLETE", "2")


def test_a_resource_can_be_left_out_of_the_rollback(world: World) -> None:
    stuck(world)
    world.instruct(Update="fail 1")  # the way back stays closed
    assert world.deploy(2, resume=True).results[0].status == "REFUSED"
    (result,) = world.deploy(2, resume=True, skip=("Thing",)).results
    assert (result.status, result.outputs["Version"]) == ("UPDATE_COMPLETE", "2")


def test_a_stuck_stack_can_be_destroyed(world: World) -> None:
    stuck(world)
    assert world.destroy().results[0].status == "DELETE_COMPLETE"


def test_a_deletion_that_failed_is_named_and_the_resource_retained_on_request(world: World) -> None:
    world.deploy(1)
    world.instruct(Delete="fail")
    (result,) = world.destroy().results
    assert result.status == world.status == "DELETE_FAILED"
    assert result.reason == "Thing: Delete was told to fail"
    assert "Migration 7 found a table that is not there" in result.log
    assert "pkgops destroy stately --stage local --retain Thing" in result.hint
    with pytest.raises(DeployError, match="DELETE_FAILED") as refused:
        world.plan(2)
    assert "pkgops destroy stately --stage local --retain Thing" in refused.value.hint
    assert world.destroy(retain=("Thing",)).results[0].status == "DELETE_COMPLETE"
    assert world.state is None


def test_a_deletion_that_failed_is_repeated(world: World) -> None:
    world.deploy(1)
    world.instruct(Delete="fail")
    assert world.destroy().results[0].status == "DELETE_FAILED"
    assert world.destroy().results[0].status == "DELETE_FAILED"  # nothing has changed but its events
    world.instruct()
    assert world.destroy().results[0].status == "DELETE_COMPLETE"


def test_what_a_first_creation_left_and_cannot_be_removed_is_named(world: World, aws: Aws) -> None:
    """A failed creation of which something cannot be deleted: nothing is lost, and the recovery is named."""
    world.instruct(Create="work")
    template = world.template(1)
    bad = {"QueueName": {"Fn::GetAtt": ["Thing", "Nonsense"]}}
    template["Resources"]["Bad"] = {"Type": "AWS::SQS::Queue", "Properties": bad, "DependsOn": "Thing"}
    body = json.dumps(template)
    aws("cloudformation").create_stack(StackName=world.name, TemplateBody=body, OnFailure="DO_NOTHING")
    wait_until_idle([world.name], world.ports)
    assert world.status == "CREATE_FAILED"
    world.instruct(Delete="fail")
    report = world.deploy(2)
    assert world.status == "DELETE_FAILED"
    with pytest.raises(DeployError, match="cannot be deleted") as failed:
        require_success(report, "local")
    assert "pkgops destroy stately --stage local --retain Thing" in failed.value.message
