"""The throw-away stack on the emulator: every step is as expected, and nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pkgops.deploy.verification import stack_name, verify
from pkgops.errors import DeployError
from tests.pkgops.deploy.states.conftest import World

pytestmark = pytest.mark.emulator
Aws = Callable[[str], Any]


def groups(aws: Aws) -> list[str]:
    found = aws("logs").describe_log_groups(logGroupNamePrefix="/pkgops/PkgopsVerify")["logGroups"]
    return [group["logGroupName"] for group in found]


def test_every_step_is_as_expected_and_nothing_is_left(world: World, aws: Aws) -> None:
    observed = verify(world.project, world.ports, world.events.append)
    assert [(one.step, one.found) for one in observed if not one.ok] == []
    assert len(observed) == 12
    assert stack_name(world.project) not in {state.name for state in world.ports.stacks.describe()}
    assert groups(aws) == []


def test_what_differs_is_said_and_the_stack_deleted(world: World, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(stack: str) -> list[Any]:
        raise DeployError("CloudFormation refuses it.")

    monkeypatch.setattr(world.ports.stacks, "failures", refuse)
    observed = verify(world.project, world.ports)
    assert [one.found for one in observed if not one.ok] == ["CloudFormation refuses it."]
    assert observed[-1].found == "gone"
    assert groups(aws) == [f"/pkgops/{stack_name(world.project)}"]  # the stack retains it until the last step
    aws("logs").delete_log_group(logGroupName=groups(aws)[0])
