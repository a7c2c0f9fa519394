"""Is a deployment prepared in the right order, and is nothing left of one that is refused?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.errors import DeployError, RefusedError, UsageError
from pkgops.events import Event, Note
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare, preview
from pkgops.plan.step import Action
from pkgops.ports.existing import ExistingResource
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.existing import FakeExisting
from tests.pkgops.fakes.ports import FakePorts

Make = Callable[..., PackagedSystem]


def group(name: str) -> dict[str, Any]:
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}


def two(project: Project, *, first: dict[str, Any], second: dict[str, Any] | None = None) -> PackagedSystem:
    stacks = [stack("store", project.stage, **first)]
    return PackagedSystem((*stacks, *([stack("alone", project.stage, **second)] if second else [])), ())


def deployed(project: Project, ports: FakePorts) -> None:
    deploy(prepare(project, two(project, first={"One": group("one")}), ports), ports)
    ports.stacks.calls.clear()
    ports.existing.asked.clear()


def test_no_change_set_is_made_where_a_creation_has_a_conflict(project: Project, ports: FakePorts) -> None:
    deployed(project, ports)
    ports.existing.put("AWS::Logs::LogGroup", "two")
    ports.existing.put("AWS::Logs::LogGroup", "three")
    packaged = two(project, first={"One": group("one"), "Two": group("two")}, second={"Three": group("three")})
    with pytest.raises(RefusedError, match="Three: AWS::Logs::LogGroup three") as refused:
        prepare(project, packaged, ports)
    assert "Two: AWS::Logs::LogGroup two" in refused.value.message  # the update's are listed along with it
    assert "create_change_set" not in ports.stacks.calls


def test_a_conflict_of_an_update_alone_leaves_no_change_set(project: Project, ports: FakePorts) -> None:
    deployed(project, ports)
    ports.existing.put("AWS::Logs::LogGroup", "two")
    packaged = two(project, first={"One": group("one"), "Two": group("two")}, second={"Three": group("three")})
    with pytest.raises(RefusedError, match="Two: AWS::Logs::LogGroup two"):
        prepare(project, packaged, ports)
    assert ports.existing.asked == ["find", "find", "owner"]  # of the creation, then of the update
    assert ports.stacks.calls.count("create_change_set") == ports.stacks.calls.count("delete_change_set") == 1


def test_what_is_not_approved_leaves_no_change_set(project: Project, ports: FakePorts) -> None:
    deployed(project, ports)
    packaged = two(project, first={"One": group("other")})

    def refuse(plan: Plan) -> None:
        assert [step.change_set for step in plan.steps] != [""]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(project, packaged, ports, approve=refuse)
    assert ports.stacks.change_set_templates("DemoStore-local") == []


def test_nothing_is_to_be_approved_where_nothing_changes(project: Project, ports: FakePorts) -> None:
    deployed(project, ports)

    def refuse(_plan: Plan) -> None:
        raise AssertionError("asked for nothing")

    packaged = two(project, first={"One": group("one")})
    assert not prepare(project, packaged, ports, approve=refuse).changed
    forced = prepare(project, packaged, ports, options=PlanOptions(force=True), approve=refuse)
    assert not forced.changed  # CloudFormation found no difference


def test_a_preview_has_the_conflicts_that_are_wanted_and_no_change_sets(project: Project, ports: FakePorts) -> None:
    deployed(project, ports)
    ports.existing.put("AWS::Logs::LogGroup", "three")
    packaged = two(project, first={"One": group("other")}, second={"Three": group("three")})
    plan = preview(project, packaged, ports)
    assert [row.logical_id for row in plan.conflicts] == ["Three"]
    assert [bool(step.changes) for step in plan.steps] == [True, True]
    assert {step.change_set for step in plan.steps} == {""}
    assert ports.stacks.change_set_templates("DemoStore-local") == []
    ports.existing.asked.clear()
    assert preview(project, packaged, ports, conflicts=False).conflicts == ()
    assert ports.existing.asked == []


def test_selected_stacks_bring_those_they_use_unless_only_is_set(
    project: Project, ports: FakePorts, system_of: Make
) -> None:
    packaged = system_of(project.stage)
    keys = [step.stack.key for step in preview(project, packaged, ports, options=PlanOptions(stacks=["web"])).steps]
    assert keys == ["store", "web"]
    with pytest.raises(UsageError, match="uses values of store"):
        preview(project, packaged, ports, options=PlanOptions(stacks=["web"], only=True))
    alone = replace(packaged, stacks=packaged.stacks)
    (step,) = preview(project, alone, ports, options=PlanOptions(stacks=["alone"])).steps
    assert step.stack.key == "alone"


class Overtaken(FakeExisting):
    """Another deployment of the same stack begins while the names are looked for: one time, or ``always``."""

    def __init__(self, ports: FakePorts, always: bool) -> None:
        super().__init__()
        self.stacks, self.always = ports.stacks, always
        self.put("AWS::Logs::LogGroup", "one")
        self.owners["one"] = ("DemoStore-local", "One")

    def find(self, wanted: Sequence[tuple[str, str]]) -> list[ExistingResource]:
        if not self.asked or self.always:
            self.stacks.deployed("DemoStore-local", "ROLLBACK_COMPLETE" if self.always else "CREATE_IN_PROGRESS")
        return super().find(wanted)

    def owner(self, resource: ExistingResource) -> tuple[str, str]:
        return ("OtherStack-local", "One") if self.always else super().owner(resource)


@pytest.mark.parametrize("make", [prepare, preview])
def test_what_another_deployment_of_the_stack_is_creating_is_no_conflict(
    project: Project, ports: FakePorts, make: Callable[..., Plan]
) -> None:
    ports.existing = Overtaken(ports, always=False)
    events: list[Event] = []
    plan = make(project, two(project, first={"One": group("one")}), ports, events.append)
    assert [step.action for step in plan.steps] == [Action.ATTACH]
    assert plan.conflicts == ()
    notes = [event.text for event in events if isinstance(event, Note)]
    assert notes == ["Another deployment has changed DemoStore-local meanwhile; comparing again."]


def test_a_conflict_stays_one_if_no_stack_has_changed(project: Project, ports: FakePorts) -> None:
    ports.existing.put("AWS::Logs::LogGroup", "one")
    ports.existing.owners["one"] = ("DemoStore-local", "One")
    with pytest.raises(RefusedError, match="belongs to another stack"):
        prepare(project, two(project, first={"One": group("one")}), ports)


def test_stacks_that_keep_changing_are_given_up(project: Project, ports: FakePorts) -> None:
    ports.existing = Overtaken(ports, always=True)
    with pytest.raises(DeployError, match="keep changing the stacks of demo") as caught:
        prepare(project, two(project, first={"One": group("one")}), ports)
    assert "Deploy again" in caught.value.hint
