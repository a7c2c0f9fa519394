"""Differences between templates, property by property."""

from __future__ import annotations

from collections.abc import Callable

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.operate.diff import diff
from pkgops.operate.differences import Difference
from pkgops.plan.prepare import prepare, preview
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts


def test_a_system_that_is_not_there_is_all_additions(
    project: Project, ports: FakePorts, system_of: Callable[..., PackagedSystem]
) -> None:
    rows = diff(preview(project, system_of(project.stage), ports), ports)
    assert {(row.key, resource.action) for row in rows for resource in row.resources} == {
        ("store", "add"),
        ("web", "add"),
        ("alone", "add"),
    }


def test_replacement_parameters_and_outputs_are_shown(
    project: Project, ports: FakePorts, system_of: Callable[..., PackagedSystem]
) -> None:
    table = {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "one"}}}
    deploy(prepare(project, system_of(project.stage, alone=stack("alone", project.stage, **table)), ports), ports)
    renamed = {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "two"}}}
    changed = stack("alone", project.stage, **renamed)
    changed.template["Outputs"]["More"] = {"Value": "x"}
    rows = {row.key: row for row in diff(preview(project, system_of(project.stage, alone=changed), ports), ports)}
    assert rows["store"].empty
    (resource,) = rows["alone"].resources
    assert (resource.action, resource.replacement, resource.stateful_loss) == ("modify", "True", True)
    assert resource.differences == (Difference("Properties/TableName", '"one"', '"two"'),)
    assert rows["alone"].rest == (Difference("Outputs/More", None, '{"Value": "x"}'),)
