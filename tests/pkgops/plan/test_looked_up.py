"""Is a deployed stack out of date when a value changes that its template only names?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.model import Stage
from pkgops.operate.status import stack_status
from pkgops.plan.digest import digest
from pkgops.plan.looked_up import with_values
from pkgops.plan.prepare import prepare
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts

VALUE = "AWS::SSM::Parameter::Value<String>"


def naming(stage: Stage, kind: str = VALUE) -> SynthesizedStack:
    """A stack with a parameter of that type, or with that dynamic reference."""
    if kind.startswith("{{"):
        properties = {"Environment": {"Variables": {"IMAGE": {"Fn::Join": ["", ["at ", kind]]}}}}
        return stack("alone", stage, Queue={"Type": "AWS::Lambda::Function", "Properties": properties})
    made = stack("alone", stage)
    made.template["Parameters"] = {"Image": {"Type": kind, "Default": "/image"}}
    return made


def actions(project: Project, system: PackagedSystem, ports: FakePorts) -> dict[str, str]:
    return {step.stack.key: step.action.value for step in prepare(project, system, ports).steps}


@pytest.mark.parametrize("kind", [VALUE, "{{resolve:ssm:/image}}", "{{resolve:ssm-secure:/image}}"])
def test_a_changed_value_is_an_update_of_that_stack(
    project: Project, ports: FakePorts, system_of: Callable[..., PackagedSystem], kind: str
) -> None:
    system = system_of(project.stage, alone=naming(project.stage, kind))
    ports.parameters.there["/image"] = "one"
    deploy(prepare(project, system, ports), ports)
    unchanged = {"store": "unchanged", "web": "unchanged", "alone": "unchanged"}
    assert actions(project, system, ports) == unchanged
    assert [row.current for row in stack_status(project, system.stacks, ports)] == [True, True, True]
    ports.parameters.there["/image"] = "two"
    assert actions(project, system, ports) == {**unchanged, "alone": "update"}
    assert {row.stack: row.current for row in stack_status(project, system.stacks, ports)}["alone"] is False
    deploy(prepare(project, system, ports), ports)
    assert actions(project, system, ports) == unchanged


def test_nothing_is_asked_where_no_template_names_one(
    project: Project, ports: FakePorts, system_of: Callable[..., PackagedSystem]
) -> None:
    """An unchanged deployment costs one call, and digests are as they were."""
    system = system_of(project.stage)
    assert with_values(system.stacks, ports) == system.stacks
    assert ports.parameters.asked == 0
    assert digest(system.stacks[0], {}) == digest(replace(system.stacks[0], looked_up={}), {})


@pytest.mark.parametrize(
    "kind",
    ["String", "AWS::SSM::Parameter::Name", "{{resolve:ssm:/image:3}}", "{{resolve:secretsmanager:image}}"],
)
def test_what_never_changes_or_is_only_a_name_is_not_looked_up(project: Project, ports: FakePorts, kind: str) -> None:
    (made,) = with_values([naming(project.stage, kind)], ports)
    assert made.looked_up == {}
