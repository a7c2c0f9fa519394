"""Destruction: the right stacks in the right order, without what is retained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack, synth
from pkgops.config import Project, load
from pkgops.deploy.deploy import deploy
from pkgops.deploy.destroy import destroy, plan_destroy
from pkgops.errors import AccessError
from pkgops.events import Event, StackChanged
from pkgops.model import Stage
from pkgops.plan.prepare import prepare
from tests.pkgops.fakes.ports import FakePorts
from tests.repository import ROOT


def stacks_of(project: Project) -> list[SynthesizedStack]:
    return synth(project.system, project.stage, project.settings)


@pytest.fixture
def deployed() -> tuple[Project, FakePorts]:
    """PkgWatch on a fake local stage."""
    project = load("local", root=ROOT, environ={})
    ports = FakePorts()
    ports.stacks.rounds = 0
    for row in synth(project.system, project.stage, project.settings):
        ports.stacks.deployed(row.name, "CREATE_COMPLETE", row.template)
    ports.stacks.deployed("PkgopsBootstrap-local", "CREATE_COMPLETE", {"Resources": {}})
    return project, ports


def test_users_go_before_what_they_use_and_the_bucket_last(deployed: tuple[Project, FakePorts]) -> None:
    project, ports = deployed
    events: list[Event] = []
    report = destroy(plan_destroy(project, stacks_of(project), ports), ports, events.append)
    assert {result.status for result in report.results} == {"DELETE_COMPLETE"}
    order = [e.stack for e in events if isinstance(e, StackChanged) and e.status == "DELETE_IN_PROGRESS"]
    assert (
        order.index("PkgWatchApi-local") < order.index("PkgWatchPipeline-local") < order.index("PkgWatchStorage-local")
    )
    assert order[-1] == "PkgopsBootstrap-local"
    assert ports.stacks.describe() == []


def test_retained_resources_are_listed_and_not_emptied(deployed: tuple[Project, FakePorts]) -> None:
    project, ports = deployed
    found = plan_destroy(project, stacks_of(project), ports)
    retained = {resource.type for resource in found.retained}
    assert {"AWS::DynamoDB::Table", "AWS::S3::Bucket"} <= retained
    assert not found.buckets


def test_a_failed_deletion_keeps_what_it_uses(deployed: tuple[Project, FakePorts]) -> None:
    project, ports = deployed
    ports.stacks.broken["GetPackageFunction"] = "function is stuck"
    report = destroy(plan_destroy(project, stacks_of(project), ports), ports)
    ended = {result.key: result for result in report.results}
    assert ended["api"].status == "DELETE_FAILED"
    assert ended["api"].reason == "GetPackageFunction: function is stuck"
    assert ended["storage"].status == "SKIPPED"
    assert ended["budgets"].status == "DELETE_COMPLETE"


def test_what_cannot_be_deleted_is_left_behind_on_request(deployed: tuple[Project, FakePorts]) -> None:
    project, ports = deployed
    ports.stacks.broken["GetPackageFunction"] = "function is stuck"
    destroy(plan_destroy(project, stacks_of(project), ports), ports)
    again = replace(plan_destroy(project, stacks_of(project), ports), retain=("GetPackageFunction",))
    assert {result.status for result in destroy(again, ports).results} == {"DELETE_COMPLETE"}


def test_protection_of_ours_is_lifted_and_of_others_holds(deployed: tuple[Project, FakePorts]) -> None:
    project, ports = deployed
    ports.stacks.set_termination_protection("PkgWatchBudgets-local", True)
    ended = {result.key: result for result in destroy(plan_destroy(project, stacks_of(project), ports), ports).results}
    assert ended["budgets"].status == "REFUSED"
    assert "TerminationProtection" in ended["budgets"].reason
    found = plan_destroy(project, stacks_of(project), ports)
    ours = replace(found, project=replace(project, stage=replace(project.stage, protected=True)))
    assert {result.key: result.status for result in destroy(ours, ports).results}["budgets"] == "DELETE_COMPLETE"


def test_other_credentials_are_refused(ports: FakePorts) -> None:
    project = load("dev", root=ROOT, environ={})
    ports.stacks.deployed("PkgWatchStorage-dev", "CREATE_COMPLETE")
    with pytest.raises(AccessError):
        plan_destroy(replace(project, stage=Stage("dev", account="000000000001")), stacks_of(project), ports)


def test_nothing_deployed_is_nothing_to_destroy() -> None:
    project = load("local", root=ROOT, environ={})
    found = plan_destroy(project, stacks_of(project), FakePorts())
    assert found.stacks == ()
    assert destroy(found, FakePorts()).results == ()


def test_buckets_without_retention_are_emptied(
    project: Project, ports: FakePorts, system_of: Callable[..., PackagedSystem]
) -> None:
    deploy(prepare(project, system_of(project.stage), ports), ports)
    ports.stacks.deployed("DemoAlone-local", "CREATE_COMPLETE", {"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})
    ports.artifacts.others["demoalone-local-b"] = ["x", "y"]
    plan = plan_destroy(project, system_of(project.stage).stacks, ports, only=["alone"])
    assert plan.buckets == ("demoalone-local-b",)
    assert destroy(plan, ports).results[0].status == "DELETE_COMPLETE"
    assert "demoalone-local-b" not in ports.artifacts.others
