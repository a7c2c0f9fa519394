"""Deployments reach the planned state from whatever state they find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import Report, deploy, require_success
from pkgops.errors import AccessError, ConfigError, DeployError, UsageError
from pkgops.events import Event, ResourceChanged, StackChanged
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare, preview
from pkgops.plan.step import Action
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.identity import FakeIdentity
from tests.pkgops.fakes.ports import FakePorts

Make = Callable[..., PackagedSystem]


def run(
    project: Project, packaged: PackagedSystem, ports: FakePorts, **options: Any
) -> tuple[Plan, Report, list[Event]]:
    events: list[Event] = []
    made = prepare(project, packaged, ports, options=PlanOptions(**options))
    return made, deploy(made, ports, events.append), events


def statuses(report: Report) -> dict[str, str]:
    return {result.key: result.status for result in report.results}


def test_first_deployment_creates_upstream_before_downstream(
    project: Project, ports: FakePorts, system_of: Make
) -> None:
    made, report, events = run(project, system_of(project.stage), ports)
    assert {step.stack.key: step.action for step in made.steps} == dict.fromkeys(("store", "web", "alone"), "create")
    assert report.ok
    assert set(statuses(report).values()) == {"CREATE_COMPLETE"}
    order = [e.stack for e in events if isinstance(e, StackChanged) and e.status == "CREATE_IN_PROGRESS"]
    assert order.index("DemoWeb-local") == 2
    deployed = {state.name: state for state in ports.stacks.describe()}
    assert deployed["DemoWeb-local"].parameters == {"StoreName": "demo-store"}


def test_independent_stacks_run_at_once(project: Project, ports: FakePorts, system_of: Make) -> None:
    run(project, system_of(project.stage), ports)
    assert ports.stacks.most_running == 2


def test_unchanged_deployment_asks_once(project: Project, ports: FakePorts, system_of: Make) -> None:
    packaged = system_of(project.stage)
    run(project, packaged, ports)
    ports.stacks.calls.clear()
    made, report, _ = run(project, packaged, ports)
    assert ports.stacks.calls == ["describe"]
    assert not made.changed
    assert set(statuses(report).values()) == {"UNCHANGED"}
    assert report.results[0].outputs["Name"] == "demo-store"


def test_only_what_differs_is_updated(project: Project, ports: FakePorts, system_of: Make) -> None:
    run(project, system_of(project.stage), ports)
    topic = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    made, report, _ = run(project, system_of(project.stage, alone=stack("alone", project.stage, **topic)), ports)
    actions = {step.stack.key: step.action for step in made.steps}
    assert actions == {"store": "unchanged", "web": "unchanged", "alone": "update"}
    rows = {(c.logical_id, c.action) for step in made.steps for c in step.changes}
    assert rows == {("Topic", "Add"), ("Queue", "Remove")}
    assert statuses(report)["alone"] == "UPDATE_COMPLETE"


def test_a_changed_output_reaches_the_stack_that_uses_it(project: Project, ports: FakePorts, system_of: Make) -> None:
    run(project, system_of(project.stage), ports)
    store = stack("store", project.stage)
    store.template["Outputs"]["Name"]["Value"] = "renamed"
    made, report, _ = run(project, system_of(project.stage, store=store), ports)
    assert made.steps[1].action is Action.UNCHANGED  # the plan cannot know yet
    assert statuses(report) == {"store": "UPDATE_COMPLETE", "web": "UPDATE_COMPLETE", "alone": "UNCHANGED"}
    deployed = {state.name: state for state in ports.stacks.describe()}
    assert deployed["DemoWeb-local"].parameters == {"StoreName": "renamed"}


def test_failure_holds_back_dependents_only_and_names_the_first_cause(
    project: Project, ports: FakePorts, system_of: Make
) -> None:
    bucket = {"Echo": {"Type": "AWS::S3::Bucket"}, "Store": {"Type": "AWS::DynamoDB::Table"}}
    ports.stacks.broken["Store"] = "Table limit reached"
    store = stack("store", project.stage, **bucket)
    _, report, events = run(
        project, system_of(project.stage, store=replace(store, sources={"Store": "templates/demo/store.py:7"})), ports
    )
    assert statuses(report) == {"store": "ROLLBACK_COMPLETE", "web": "SKIPPED", "alone": "CREATE_COMPLETE"}
    result = report.results[0]
    assert result.cause is not None
    assert (result.cause.logical_id, result.reason) == (
        "Store",
        "Store: Table limit reached (templates/demo/store.py:7)",
    )
    assert any(isinstance(e, ResourceChanged) and e.reason == "Table limit reached" for e in events)
    with pytest.raises(DeployError, match="ROLLBACK_COMPLETE: Store: Table limit reached"):
        require_success(report, "local")


def test_a_stack_whose_creation_failed_is_recreated(project: Project, ports: FakePorts, system_of: Make) -> None:
    ports.stacks.broken["Queue"] = "boom"
    run(project, system_of(project.stage), ports)
    ports.stacks.broken.clear()
    made, report, _ = run(project, system_of(project.stage), ports)
    assert {step.stack.key: step.action for step in made.steps} == {
        "store": "recreate",
        "web": "create",
        "alone": "recreate",
    }
    assert report.ok


def test_a_leftover_review_stack_is_created(project: Project, ports: FakePorts, system_of: Make) -> None:
    ports.stacks.deployed("DemoStore-local", "REVIEW_IN_PROGRESS")
    _, report, _ = run(project, system_of(project.stage), ports)
    assert report.ok


def test_a_running_operation_is_waited_for(project: Project, ports: FakePorts, system_of: Make) -> None:
    packaged = system_of(project.stage)
    first = prepare(project, packaged, ports, options=PlanOptions(stacks=["alone"], only=True))
    ports.stacks.rounds = 3
    from pkgops.plan.change_set import create_change_set

    ports.stacks.execute(create_change_set(project, first.steps[0].stack, {}, ports, create=True).id)
    made, report, _ = run(project, packaged, ports)
    assert made.steps[2].action is Action.ATTACH
    assert statuses(report)["alone"] == "UNCHANGED"


def test_a_stack_no_update_can_move_is_refused(project: Project, ports: FakePorts, system_of: Make) -> None:
    ports.stacks.deployed("DemoStore-local", "UPDATE_ROLLBACK_FAILED")
    with pytest.raises(DeployError, match="UPDATE_ROLLBACK_FAILED"):
        prepare(project, system_of(project.stage), ports)


def test_a_stuck_rollback_is_gone_on_with_when_asked(project: Project, ports: FakePorts, system_of: Make) -> None:
    packaged = system_of(project.stage)
    run(project, packaged, ports)
    stuck = {"Resources": {"Old": {"Type": "AWS::SQS::Queue"}}, "Outputs": {}}
    ports.stacks.deployed("DemoStore-local", "UPDATE_ROLLBACK_FAILED", stuck)
    with pytest.raises(DeployError) as refused:
        prepare(project, packaged, ports)
    assert "pkgops deploy demo --stage local --resume --skip RESOURCE" in refused.value.hint
    ports.stacks.broken["Old"] = "cannot be put back"
    _, report, _ = run(project, packaged, ports, resume=True)
    assert "--skip" in report.results[0].reason
    made, report, _ = run(project, packaged, ports, resume=True, skip=("Old",))
    assert made.steps[0].action is Action.RESUME
    assert statuses(report)["store"] == "UPDATE_COMPLETE"


def test_only_needs_what_the_chosen_stack_uses(project: Project, ports: FakePorts, system_of: Make) -> None:
    packaged = system_of(project.stage)
    with pytest.raises(UsageError, match="uses values of store"):
        prepare(project, packaged, ports, options=PlanOptions(stacks=["web"], only=True))
    run(project, packaged, ports, stacks=["store"], only=True)
    _, report, _ = run(project, packaged, ports, stacks=["web"], only=True)
    assert statuses(report) == {"web": "CREATE_COMPLETE"}


def test_force_deploys_what_is_unchanged(project: Project, ports: FakePorts, system_of: Make) -> None:
    packaged = system_of(project.stage)
    run(project, packaged, ports)
    made, report, _ = run(project, packaged, ports, force=True)
    assert {step.action for step in made.steps} == {Action.UNCHANGED}  # CloudFormation found no difference either
    assert report.ok


def test_a_dry_run_leaves_no_change_set(project: Project, ports: FakePorts, system_of: Make) -> None:
    run(project, system_of(project.stage), ports)
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    made = preview(project, system_of(project.stage, alone=stack("alone", project.stage, **topic)), ports)
    assert [step.stack.key for step in made.steps if step.changes] == ["alone"]
    assert not any(step.change_set for step in made.steps)
    assert "execute" not in ports.stacks.calls[-3:]
    assert not ports.stacks._sets


def test_another_account_is_refused_before_anything_is_touched(
    production: Project, ports: FakePorts, system_of: Make
) -> None:
    ports.identity = FakeIdentity("999999999999")
    with pytest.raises(AccessError, match=r"999999999999.*123456789012"):
        prepare(production, system_of(production.stage), ports)
    assert ports.stacks.calls == ["describe"]


def test_a_protected_stage_must_name_its_account(production: Project, ports: FakePorts, system_of: Make) -> None:
    nameless = replace(production, stage=replace(production.stage, account=None))
    with pytest.raises(ConfigError, match="names no account"):
        prepare(nameless, system_of(nameless.stage), ports)


def test_the_bucket_is_made_on_the_first_deployment(project: Project, system_of: Make) -> None:
    ports = FakePorts()
    made, report, events = run(replace(project, root=Path.cwd()), system_of(project.stage), ports)
    assert made.bootstrap is not None
    assert report.ok
    first = next(e for e in events if isinstance(e, StackChanged))
    assert first.stack == "PkgopsBootstrap-local"
