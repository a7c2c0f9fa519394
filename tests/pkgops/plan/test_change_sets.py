"""How are the change sets of a plan made?"""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.errors import DeployError
from pkgops.plan.plan import discard_change_sets
from pkgops.plan.prepare import prepare
from pkgops.ports.stacks import ChangeSetRequest
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks
from tests.waiting import SOON

Make = Callable[..., PackagedSystem]
TOPIC = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}


class Meeting(FakeStacks):
    """Takes change sets only when two are asked for in the same moment."""

    barrier: Barrier | None = None

    def create_change_set(self, request: ChangeSetRequest) -> str:
        if self.barrier is not None:
            self.barrier.wait(timeout=SOON)
        return super().create_change_set(request)


class Refusing(FakeStacks):
    """Refuses the change sets of one stack."""

    refused = ""

    def create_change_set(self, request: ChangeSetRequest) -> str:
        if request.stack == self.refused:
            raise DeployError(f"CloudFormation refuses stack {request.stack}: no such attribute")
        return super().create_change_set(request)


def changed(project: Project, system_of: Make) -> PackagedSystem:
    """The demo system with two stacks that differ from what was deployed at first."""
    differing = {key: stack(key, project.stage, **TOPIC) for key in ("store", "alone")}
    return system_of(project.stage, **differing)


def deployed(project: Project, ports: FakePorts, system_of: Make, stacks: FakeStacks) -> FakeStacks:
    ports.stacks = stacks
    stacks.deployed("PkgopsBootstrap-local", "CREATE_COMPLETE")
    packaged = system_of(project.stage)
    assert deploy(prepare(project, packaged, ports), ports).ok
    return stacks


def test_change_sets_are_asked_for_at_once(project: Project, ports: FakePorts, system_of: Make) -> None:
    stacks = deployed(project, ports, system_of, meeting := Meeting())
    meeting.barrier = Barrier(2)
    made = prepare(project, changed(project, system_of), ports)
    assert {step.stack.key for step in made.steps if step.change_set} == {"store", "alone"}
    discard_change_sets(made, ports)
    assert stacks.change_set_templates("DemoAlone-local") == stacks.change_set_templates("DemoStore-local") == []


@pytest.mark.parametrize("refused", ["DemoStore-local", "DemoAlone-local"])
def test_where_one_is_refused_none_stays_behind(
    project: Project, ports: FakePorts, system_of: Make, refused: str
) -> None:
    stacks = deployed(project, ports, system_of, refusing := Refusing())
    refusing.refused = refused
    with pytest.raises(DeployError, match=f"{refused}: no such attribute"):
        prepare(project, changed(project, system_of), ports)
    assert stacks.change_set_templates("DemoAlone-local") == stacks.change_set_templates("DemoStore-local") == []
