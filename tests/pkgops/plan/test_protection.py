"""Is a protected stage protected: here, and in CloudFormation?"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.errors import RefusedError
from pkgops.plan.options import PlanOptions
from pkgops.plan.prepare import prepare
from pkgops.plan.protection import policy
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts

Make = Callable[..., PackagedSystem]


def test_losing_data_in_a_protected_stage_must_be_named(production: Project, ports: FakePorts, system_of: Make) -> None:
    table = {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "one"}}}
    renamed = {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "two"}}}
    ports.endpoint = None
    deploy(
        prepare(production, system_of(production.stage, alone=stack("alone", production.stage, **table)), ports), ports
    )
    packaged = system_of(production.stage, alone=stack("alone", production.stage, **renamed))
    with pytest.raises(RefusedError, match="Data would be lost: Table: AWS::DynamoDB::Table replaced"):
        prepare(production, packaged, ports)
    assert ports.stacks.change_set_templates("DemoAlone") == []
    assert prepare(production, packaged, ports, options=PlanOptions(allow=("Table",))).changed


def test_a_protected_stage_is_protected_in_cloudformation_too(
    production: Project, ports: FakePorts, system_of: Make
) -> None:
    ports.endpoint = None
    table = {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "one"}}}
    deploy(
        prepare(production, system_of(production.stage, alone=stack("alone", production.stage, **table)), ports), ports
    )
    states = {state.name: state for state in ports.stacks.describe()}
    assert states["DemoAlone"].termination_protection
    assert ports.stacks.policies["DemoAlone"] == [policy()]
    renamed = {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "two"}}}
    packaged = system_of(production.stage, alone=stack("alone", production.stage, **renamed))
    deploy(prepare(production, packaged, ports, options=PlanOptions(allow=("Table",))), ports)
    assert ports.stacks.policies["DemoAlone"] == [policy(), policy(["Table"]), policy()]


def test_the_policy_names_what_it_lets_go() -> None:
    allow, deny = json.loads(policy(["Table"]))["Statement"]
    assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert deny["NotResource"] == ["LogicalResourceId/Table"]
    assert "AWS::DynamoDB::Table" in deny["Condition"]["StringEquals"]["ResourceType"]
    assert json.loads(policy())["Statement"][1]["Resource"] == "*"
