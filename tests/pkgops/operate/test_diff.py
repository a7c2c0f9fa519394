"""Differences between templates, property by property."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pkgops.build.package import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.operate.diff import Difference, compare, diff
from pkgops.plan.prepare import prepare, preview
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_values_differ_exactly_when_a_difference_is_named(before: Any, after: Any) -> None:
    assert bool(list(compare(before, after, "x"))) == (before != after)
    assert all(row.before != row.after for row in compare(before, after, "x"))


def test_leaves_are_named_by_path() -> None:
    before = {"Properties": {"Timeout": 3, "Tags": [{"Key": "a"}], "Name": "n"}}
    after = {"Properties": {"Timeout": 5, "Tags": [{"Key": "b"}], "Role": "r"}}
    assert list(compare(before, after)) == [
        Difference("Properties/Name", '"n"', None),
        Difference("Properties/Role", None, '"r"'),
        Difference("Properties/Tags/0/Key", '"a"', '"b"'),
        Difference("Properties/Timeout", "3", "5"),
    ]


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
