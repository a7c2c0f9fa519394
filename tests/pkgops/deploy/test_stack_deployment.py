"""The deployment of one stack while another deployer changes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.deploy.report import Result
from pkgops.deploy.stack_deployment import MAX_ROUNDS
from pkgops.errors import DeployError
from pkgops.events import Event, Note
from pkgops.plan.digest import DIGEST_OUTPUT
from pkgops.plan.prepare import prepare
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks

Make = Callable[..., PackagedSystem]
NAME = "DemoAlone-local"


class Contested(FakeStacks):
    """Somebody else's update follows the first ``times`` of ours before anybody has seen ours end."""

    def __init__(self, times: int) -> None:
        super().__init__(rounds=0)
        self.times = times

    def execute(self, change_set_id: str) -> None:
        super().execute(change_set_id)
        if self.times:
            self.times -= 1
            found = self._stacks[NAME]
            theirs = replace(found.state, status="UPDATE_COMPLETE", outputs={DIGEST_OUTPUT: "theirs"})
            found.target = replace(theirs, updated=self._now())
            found.template = {"Resources": {}}


def brought(project: Project, system_of: Make, stacks: FakeStacks) -> tuple[Result, list[Event]]:
    """An update of the stack that depends on nothing."""
    ports = FakePorts(stacks=stacks)
    stacks.deployed("PkgopsBootstrap-local", "CREATE_COMPLETE")
    stacks.deployed(NAME, "CREATE_COMPLETE", {"Resources": {"Old": {"Type": "AWS::SQS::Queue"}}})
    events: list[Event] = []
    packaged = system_of(project.stage, alone=stack("alone", project.stage))
    alone = PackagedSystem(tuple(one for one in packaged.stacks if one.key == "alone"), ())
    (result,) = deploy(prepare(project, alone, ports), ports, events.append).results
    return result, events


def test_an_update_that_was_overwritten_is_made_again(project: Project, system_of: Make) -> None:
    result, events = brought(project, system_of, Contested(2))
    assert result.status == "UPDATE_COMPLETE"
    assert sum(isinstance(event, Note) and "meanwhile" in event.text for event in events) == 2


def test_a_quarrel_has_an_end(project: Project, system_of: Make) -> None:
    result, _ = brought(project, system_of, Contested(MAX_ROUNDS))
    assert result.status == "REFUSED"
    assert "Other deployments keep changing" in result.reason


class Refusing(FakeStacks):
    """Refuses every execution for a reason of its own."""

    def execute(self, change_set_id: str) -> None:
        self.calls.append("execute")
        raise DeployError("CloudFormation refuses it.")


def test_a_refusal_without_a_concurrent_change_is_reported_at_once(project: Project, system_of: Make) -> None:
    stacks: Any = Refusing()
    result, _ = brought(project, system_of, stacks)
    assert (result.status, result.reason) == ("REFUSED", "CloudFormation refuses it.")
    assert stacks.calls.count("execute") == 1
