"""The throw-away stack on the emulator: every step is as expected, and nothing is left."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pkgops.deploy import verification
from pkgops.deploy.trial_stack import stack_name
from pkgops.deploy.verification import verify
from pkgops.errors import DeployError
from pkgops.operate.policy import documents
from tests.pkgops.deploy.states.conftest import World

pytestmark = pytest.mark.emulator
Aws = Callable[[str], Any]


def groups(aws: Aws) -> list[str]:
    found = aws("logs").describe_log_groups(logGroupNamePrefix="/pkgops/PkgopsVerify")["logGroups"]
    return [group["logGroupName"] for group in found]


@pytest.fixture(autouse=True)
def configured(world: World) -> None:
    """The project's stages: the policy depends on who else uses the account."""
    (world.project.root / "stages.toml").write_text("[local]\n")


def roles(aws: Aws) -> list[str]:
    return [row["RoleName"] for row in aws("iam").list_roles()["Roles"] if row["RoleName"].startswith("PkgopsVerify")]


def test_every_step_is_as_expected_and_nothing_is_left(world: World, aws: Aws) -> None:
    observed = verify(world.project, world.ports, documents, world.events.append)
    assert [(one.step, one.found) for one in observed if not one.ok] == []
    assert len(observed) == 22
    failures = [event for event in world.events if "FAILED" in getattr(event, "status", "")]
    assert not failures  # one is intended, and is not shown as if it were none
    assert stack_name(world.project) not in {state.name for state in world.ports.stacks.describe()}
    assert groups(aws) == []
    assert roles(aws) == []


def test_what_the_deployers_policy_lacks_is_named(world: World, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the one the deployment is made with."""

    def lacking(*asked: Any) -> list[dict[str, Any]]:
        return [json.loads(json.dumps(one).replace("sqs:CreateQueue", "sqs:GetQueueUrl")) for one in documents(*asked)]

    monkeypatch.setattr(verification, "_steps", lambda trial, local: [])
    observed = verify(world.project, world.ports, lacking)
    differs = [one for one in observed if not one.ok]
    assert [one.step for one in differs] == ["a creation as the deployer", "the drift that the deployer finds"]
    assert "Queue" in differs[0].found
    assert "sqs:CreateQueue" in differs[0].found
    assert [one.found for one in observed[-2:]] == ["gone", "gone"]
    assert stack_name(world.project) not in {state.name for state in world.ports.stacks.describe()}
    assert roles(aws) == []


def test_what_differs_is_said_and_the_stack_deleted(world: World, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(stack: str) -> list[Any]:
        raise DeployError("CloudFormation refuses it.")

    monkeypatch.setattr(world.ports.stacks, "failures", refuse)
    observed = verify(world.project, world.ports, documents)
    assert [one.found for one in observed if not one.ok][:-1] == ["CloudFormation refuses it."]
    left = f"gone but for the log group {groups(aws)[0]}, which the stack did not own yet"
    delete = f"aws logs delete-log-group --log-group-name {groups(aws)[0]} --region {world.project.stage.region}"
    assert observed[-1].found == f"{left}: {delete}"
    assert groups(aws) == [f"/pkgops/{stack_name(world.project)}"]  # the stack retains it until the last step
    aws("logs").delete_log_group(logGroupName=groups(aws)[0])
