"""Is a deployment right about versions whose names depend on values of other stacks?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.build.versions import pin_versions
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.operate.diff import diff
from pkgops.operate.status import stack_status
from pkgops.plan.prepare import prepare
from pkgops.plan.step import Action
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts

Make = Callable[..., PackagedSystem]
FUNCTION: dict[str, Any] = {
    "Code": {"S3Bucket": "b", "S3Key": "demo/one.zip"},
    "SnapStart": {"ApplyOn": "PublishedVersions"},
    "Environment": {"Variables": {"STORE": {"Ref": "StoreName"}}},
}


@pytest.fixture
def system(project: Project, system_of: Make) -> Callable[[str], PackagedSystem]:
    """``system("orders")``: a function with snapshots, and the stack that says where its store is."""

    def make(store: str) -> PackagedSystem:
        upstream = stack("store", project.stage)
        upstream.template["Outputs"]["Name"]["Value"] = store
        resources = {
            "Function": {"Type": "AWS::Lambda::Function", "Properties": FUNCTION},
            "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
            "Alias": {
                "Type": "AWS::Lambda::Alias",
                "Properties": {
                    "Name": "live",
                    "FunctionName": {"Ref": "Function"},
                    "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
                },
            },
        }
        web = stack("web", project.stage, {"StoreName": "store.Name"}, **resources)
        web.template.update(pin_versions(web.template))
        return system_of(project.stage, store=upstream, web=web)

    return make


def versions(ports: FakePorts, web: SynthesizedStack) -> Iterator[str]:
    """The logical ids of the versions that are deployed."""
    deployed = json.loads(ports.stacks.template(web.name))["Resources"]
    yield from (name for name, body in deployed.items() if body["Type"] == "AWS::Lambda::Version")


def web_of(packaged: PackagedSystem) -> SynthesizedStack:
    return next(one for one in packaged.stacks if one.key == "web")


def test_what_is_deployed_is_current(
    project: Project, ports: FakePorts, system: Callable[[str], PackagedSystem]
) -> None:
    """Although the value, and with it the version's name, was not known when its creation was planned."""
    packaged = system("orders")
    deploy(prepare(project, packaged, ports), ports)
    assert ports.stacks.calls.count("execute") == len(packaged.stacks), "each stack once"
    assert [row.current for row in stack_status(project, packaged.stacks, ports)] == [True, True, True]
    assert not prepare(project, packaged, ports).changed


def test_another_value_publishes_another_version(
    project: Project, ports: FakePorts, system: Callable[[str], PackagedSystem]
) -> None:
    first = system("orders")
    deploy(prepare(project, first, ports), ports)
    (before,) = versions(ports, web_of(first))
    second = system("bills")
    assert web_of(second) == web_of(first), "the build knows nothing of values"
    deploy(prepare(project, second, ports), ports)
    (after,) = versions(ports, web_of(second))
    assert before.partition("Values")[0] == after.partition("Values")[0]
    assert before != after
    assert [row.current for row in stack_status(project, second.stacks, ports)] == [True, True, True]


def test_a_plan_and_its_differences_name_the_version_that_is_deployed(
    project: Project, ports: FakePorts, system: Callable[[str], PackagedSystem]
) -> None:
    """A value that has changed outside of this plan, by a deployment of the upstream stack alone."""
    first, second = system("orders"), system("bills")
    deploy(prepare(project, first, ports), ports)
    (before,) = versions(ports, web_of(first))
    store = next(one for one in second.stacks if one.key == "store")
    deploy(prepare(project, PackagedSystem((store,), ()), ports), ports)
    assert [row.current for row in stack_status(project, second.stacks, ports)] == [True, False, True]
    plan = prepare(project, second, ports)
    (step,) = [step for step in plan.steps if step.action is not Action.UNCHANGED]
    (found,) = [one for one in diff(plan, ports) if one.key == "web"]
    rows = {(one.logical_id, one.action) for one in found.resources}
    deploy(plan, ports)
    (after,) = versions(ports, step.stack)
    assert rows == {(before, "remove"), (after, "add"), ("Alias", "modify")}
    assert {(one.logical_id, one.action) for one in step.changes} == {
        (before, "Remove"),
        (after, "Add"),
        ("Alias", "Modify"),
    }
