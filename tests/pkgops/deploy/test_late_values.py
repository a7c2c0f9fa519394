"""Stacks that use each other: one is deployed without the value first, and gets it in the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.cli.output.diff_text import diff_text
from pkgops.cli.output.plan_text import plan_data, plan_text
from pkgops.config import Project
from pkgops.deploy.deploy import Report, deploy
from pkgops.events import Event, Note
from pkgops.model import Stage
from pkgops.operate.diff import diff
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare, preview
from pkgops.plan.step import Action
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts

Make = Callable[..., PackagedSystem]


def store(stage: Stage) -> SynthesizedStack:
    """``store``, which wants the name of ``web``, which uses it."""
    made = stack("store", stage)
    parameters = {"WebName": {"Type": "String", "Default": ""}}
    return replace(made, template={**made.template, "Parameters": parameters}, late={"WebName": "web.Name"})


@pytest.fixture
def system(project: Project, system_of: Make) -> PackagedSystem:
    return system_of(project.stage, store=store(project.stage))


def run(project: Project, system: PackagedSystem, ports: FakePorts, **options: Any) -> tuple[Plan, Report, list[Event]]:
    events: list[Event] = []
    plan = prepare(project, system, ports, options=PlanOptions(**options))
    return plan, deploy(plan, ports, events.append), events


def given(ports: FakePorts) -> str:
    """The value that the store has been deployed with."""
    (found,) = (state.parameters["WebName"] for state in ports.stacks.describe() if state.name == "DemoStore-local")
    return str(found)


def notes(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Note)]


def test_one_deployment_converges(project: Project, system: PackagedSystem, ports: FakePorts) -> None:
    plan, report, events = run(project, system, ports)
    assert [step.stack.key for step in plan.steps].index("store") < [step.stack.key for step in plan.steps].index("web")
    assert {result.key: result.status for result in report.results} == dict.fromkeys(
        ("store", "web", "alone"), "CREATE_COMPLETE"
    )
    assert given(ports) == "demo-web"
    assert notes(events) == ["DemoStore-local is updated again, with web.Name."]


def test_the_next_one_asks_once_and_changes_nothing(project: Project, system: PackagedSystem, ports: FakePorts) -> None:
    run(project, system, ports)
    ports.stacks.calls.clear()
    plan, _, events = run(project, system, ports)
    assert ports.stacks.calls == ["describe"]
    assert not plan.changed
    assert not notes(events)


def test_the_plan_says_so(project: Project, system: PackagedSystem, ports: FakePorts) -> None:
    plan, _, _ = run(project, system, ports)
    assert plan.later == {"store": ("web.Name",)}
    assert "  DemoStore-local  updated again in the end, with web.Name, known once deployed" in plan_text(
        plan, full=False
    )
    assert [row["later"] for row in plan_data(plan)["stacks"] if row["stack"] == "store"] == [("web.Name",)]
    again, _, _ = run(project, system, ports)
    assert again.later == {}


def test_the_difference_says_so_even_of_an_unchanged_stack(
    project: Project, system: PackagedSystem, ports: FakePorts
) -> None:
    run(project, system, ports, stacks=("store",))
    found = diff(preview(project, system, ports, options=PlanOptions(stacks=("web",))), ports)
    assert {one.key: one.later for one in found} == {"store": ("web.Name",), "web": ()}
    assert diff_text(found).splitlines()[:2] == [
        "DemoStore-local  unchanged",
        "  updated again in the end, with web.Name, known once deployed",
    ]


def test_a_value_that_changes_arrives_in_the_same_run(
    project: Project, system: PackagedSystem, ports: FakePorts, system_of: Make
) -> None:
    run(project, system, ports)
    web = stack("web", project.stage, {"StoreName": "store.Name"})
    moved = replace(web, template={**web.template, "Outputs": {"Name": {"Value": "elsewhere"}}})
    plan, report, _ = run(project, system_of(project.stage, store=store(project.stage), web=moved), ports)
    assert plan.later == {}
    assert given(ports) == "elsewhere"
    assert {result.key: result.status for result in report.results} == {
        "store": "UPDATE_COMPLETE",
        "web": "UPDATE_COMPLETE",
        "alone": "UNCHANGED",
    }


def test_without_the_other_stack_there_is_no_value(project: Project, system: PackagedSystem, ports: FakePorts) -> None:
    run(project, system, ports, stacks=("store",))
    assert given(ports) == ""
    plan, _, _ = run(project, system, ports, stacks=("web",))
    assert {step.stack.key: step.action for step in plan.steps} == {"store": Action.UNCHANGED, "web": Action.CREATE}
    assert given(ports) == "demo-web"


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"])
def test_a_value_is_kept_while_the_other_stack_is_not_well(
    project: Project, system: PackagedSystem, ports: FakePorts, status: str
) -> None:
    run(project, system, ports)
    ports.stacks.deployed("DemoWeb-local", status)
    plan = prepare(project, system, ports, options=PlanOptions(stacks=("store",), only=True))
    assert not plan.changed


def test_a_stack_that_is_gone_takes_its_value_with_it(
    project: Project, system: PackagedSystem, ports: FakePorts
) -> None:
    run(project, system, ports)
    web = next(state for state in ports.stacks.describe() if state.name == "DemoWeb-local")
    ports.stacks.delete(web.id, ())
    while any(state.name == "DemoWeb-local" for state in ports.stacks.describe()):
        pass
    plan, _, _ = run(project, system, ports, stacks=("store",))
    assert {step.stack.key: step.action for step in plan.steps} == {"store": Action.UPDATE}
    assert given(ports) == ""


def test_a_failing_stack_leaves_the_other_as_it_is(project: Project, ports: FakePorts, system_of: Make) -> None:
    topic = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    web = stack("web", project.stage, {"StoreName": "store.Name"}, **topic)
    ports.stacks.broken["Topic"] = "no quota"
    _, report, events = run(project, system_of(project.stage, store=store(project.stage), web=web), ports)
    assert not report.ok
    assert given(ports) == ""
    assert not notes(events)
