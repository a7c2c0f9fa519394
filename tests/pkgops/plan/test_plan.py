"""Plans that are refused or interrupted leave no change set."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.errors import DeployError
from pkgops.plan.prepare import prepare
from pkgops.ports.stacks import ChangeSet, ChangeSetRequest
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks

Make = Callable[..., PackagedSystem]
TOPIC = {"Topic": {"Type": "AWS::SNS::Topic"}}


class Failing(FakeStacks):
    """Raises ``error`` for DemoWeb: when its change set is asked for, or when it is looked at."""

    def __init__(self) -> None:
        super().__init__(rounds=0)
        self.asked: BaseException | None = None
        self.looked: BaseException | None = None

    def create_change_set(self, request: ChangeSetRequest) -> str:
        if self.asked and request.stack == "DemoWeb-local":
            raise self.asked
        return super().create_change_set(request)

    def change_set(self, change_set_id: str) -> ChangeSet:
        made = super().change_set(change_set_id)
        if self.looked and made.stack == "DemoWeb-local":
            raise self.looked
        return made


@pytest.mark.parametrize("error", [DeployError("CloudFormation refuses it."), KeyboardInterrupt()])
@pytest.mark.parametrize("when", ["asked", "looked"])
def test_no_change_set_is_left(project: Project, system_of: Make, error: BaseException, when: str) -> None:
    ports = FakePorts(stacks=Failing())
    ports.stacks.deployed("PkgopsBootstrap-local", "CREATE_COMPLETE")
    deploy(prepare(project, system_of(project.stage), ports), ports)
    setattr(ports.stacks, when, error)
    uses = {"StoreName": "store.Name"}
    changed = system_of(
        project.stage, alone=stack("alone", project.stage, **TOPIC), web=stack("web", project.stage, uses, **TOPIC)
    )
    first = PackagedSystem((*(one for one in changed.stacks if one.key != "web"), changed.stacks[1]), ())
    with pytest.raises(type(error)):
        prepare(project, first, ports)
    assert ports.stacks.calls.count("create_change_set") >= 4  # three creations, and alone's update
    assert not ports.stacks._sets


class Vanishing(FakeStacks):
    """A first change set is gone when it is looked at, because another one has made the stack."""

    def __init__(self) -> None:
        super().__init__(rounds=0)
        self.lost = 1

    def change_set(self, change_set_id: str) -> ChangeSet:
        if self.lost and self._sets[change_set_id][0].stack == "DemoAlone-local":
            self.lost -= 1
            self.execute(self.create_change_set(self._sets[change_set_id][0]))
        return super().change_set(change_set_id)


def test_a_first_change_set_that_is_gone_is_no_failure(project: Project, system_of: Make) -> None:
    ports = FakePorts(stacks=Vanishing())
    ports.stacks.deployed("PkgopsBootstrap-local", "CREATE_COMPLETE")
    report = deploy(prepare(project, system_of(project.stage), ports), ports)
    assert {result.status for result in report.results} == {"CREATE_COMPLETE", "UNCHANGED"}
