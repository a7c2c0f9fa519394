"""Is a new version of a function published when, and only when, it would differ?"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from pkgops.build import versions
from pkgops.build.package import package
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.errors import BuildError
from tests.pkgops.conftest import stack

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"S3Bucket": "b", "S3Key": "asset://handlers/demo/hello.py"},
                "Handler": "handlers.demo.hello.handler",
                "Runtime": "python3.12",
                "MemorySize": 512,
            },
        },
        "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
        "Alias": {
            "Type": "AWS::Lambda::Alias",
            "DependsOn": ["Version"],
            "Properties": {
                "Name": "live",
                "FunctionName": {"Ref": "Function"},
                "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]},
            },
        },
    },
    "Outputs": {"Version": {"Value": {"Ref": "Version"}}},
}


def pinned(**changes: Any) -> tuple[str, dict[str, Any]]:
    """The version's logical id and the template, with the function's properties changed."""
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Function"]["Properties"] |= changes
    made = versions.pin_versions(template)
    (title,) = [t for t, r in made["Resources"].items() if r["Type"] == "AWS::Lambda::Version"]
    return title, made


@pytest.mark.parametrize(
    "change",
    [
        {"Code": {"S3Bucket": "b", "S3Key": "other.zip"}},
        {"MemorySize": 1024},
        {"Layers": [{"Ref": "Dependencies1"}]},
        {"Environment": {"Variables": {"A": "b"}}},
    ],
)
def test_a_changed_function_is_another_version(change: dict[str, Any]) -> None:
    assert pinned(**change)[0] != pinned()[0]


@pytest.mark.parametrize("change", [{}, {"Tags": [{"Key": "a", "Value": "b"}]}, {"ReservedConcurrentExecutions": 5}])
def test_what_no_version_holds_makes_none(change: dict[str, Any]) -> None:
    assert pinned(**change)[0] == pinned()[0]


def test_everything_follows_the_version() -> None:
    title, template = pinned()
    alias = template["Resources"]["Alias"]
    assert title.startswith("Version")
    assert title != "Version"
    assert alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": [title, "Version"]}
    assert alias["Properties"]["FunctionName"] == {"Ref": "Function"}
    assert alias["DependsOn"] == [title]
    assert template["Outputs"] == {"Version": {"Value": {"Ref": title}}}


def test_a_version_of_nothing_is_a_mistake() -> None:
    template = copy.deepcopy(TEMPLATE)
    del template["Resources"]["Function"]
    with pytest.raises(BuildError, match="Version is a version of"):
        versions.pin_versions(template)


def test_packaging_changed_code_publishes_a_version(project: Project) -> None:
    def version() -> str:
        made = package(project, [stack("web", project.stage, **copy.deepcopy(TEMPLATE["Resources"]))])
        titles = made.stacks[0].template["Resources"]
        return next(title for title in titles if title.startswith("Version"))

    handler = Path(project.root, "handlers", "demo", "hello.py")
    handler.parent.mkdir(parents=True)
    handler.write_text("def handler(event, context): return 1\n", encoding="utf-8")
    first = version()
    assert version() == first
    handler.write_text("def handler(event, context): return 2\n", encoding="utf-8")
    assert version() != first


def with_values(parameters: dict[str, str], **properties: Any) -> SynthesizedStack:
    template = pinned(Environment={"Variables": {"A": {"Ref": "Table"}, "B": {"Fn::Sub": "x-${Site}"}}}, **properties)[
        1
    ]
    return versions.pin_values(SynthesizedStack("demo", "main", "main", template), parameters)


SNAPPED = {"SnapStart": {"ApplyOn": "PublishedVersions"}}


def referring(value: Any, looked_up: dict[str, str] | None = None, **more: Any) -> str:
    """The logical id of the version of a function with snapshots and that value in its environment."""
    template = pinned(**SNAPPED, Environment={"Variables": {"A": value}})[1]
    template["Resources"] |= more.pop("Resources", {})
    made = SynthesizedStack("demo", "main", "main", {**template, **more}, looked_up=looked_up or {})
    return title_of(versions.pin_values(made, {"Table": "orders"}))


def title_of(found: SynthesizedStack) -> str:
    (title,) = [t for t, r in found.template["Resources"].items() if r["Type"] == "AWS::Lambda::Version"]
    return title


def test_another_value_makes_another_version_of_a_function_with_snapshots() -> None:
    one, other = ({"Table": table, "Site": "s", "Unused": table} for table in ("a", "b"))
    first, second = with_values(one, **SNAPPED), with_values(other, **SNAPPED)
    assert title_of(first) != title_of(second)
    assert title_of(with_values({**one, "Unused": "c"}, **SNAPPED)) == title_of(first)
    assert title_of(with_values({**one, "Site": "t"}, **SNAPPED)) != title_of(first)
    alias = first.template["Resources"]["Alias"]
    assert alias["Properties"]["FunctionVersion"] == {"Fn::GetAtt": [title_of(first), "Version"]}
    assert versions.pin_values(first, one) == first
    assert versions.pin_values(first, other) == second


@pytest.mark.parametrize("value", ["{{resolve:ssm:/image}}", {"Fn::Sub": "at ${Image}"}])
def test_a_value_that_cloudformation_looks_up_makes_another_version(value: Any) -> None:
    declared = {"Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/image"}}
    one, same, other = (referring(value, {"/image": now}, Parameters=declared) for now in ("a", "a", "b"))
    assert one == same != other


@pytest.mark.parametrize(
    "value", [{"Ref": "Orders"}, {"Fn::GetAtt": ["Orders", "Arn"]}, {"Fn::Sub": "${Orders.Arn}/*"}]
)
def test_a_resource_of_another_name_makes_another_version(value: Any) -> None:
    """Its template refers to the new one as it did to the old one, whose name the snapshot holds."""

    def version(**properties: Any) -> str:
        return referring(value, Resources={"Orders": {"Type": "AWS::DynamoDB::Table", "Properties": properties}})

    assert version(TableName="orders") != version(TableName="bills")
    assert version(TableName="orders") == version(TableName="orders", BillingMode="PAY_PER_REQUEST")


def test_a_value_that_no_version_holds_makes_none() -> None:
    """Lambda refuses to publish what it has published."""
    tagged = {**SNAPPED, "Tags": [{"Key": "table", "Value": {"Ref": "Owner"}}]}
    values: Any = {"Table": "a", "Site": "s"}
    assert title_of(with_values({**values, "Owner": "b"}, **tagged)) == title_of(with_values(values, **tagged))


def test_a_function_without_snapshots_or_values_keeps_its_version() -> None:
    assert title_of(with_values({"Table": "a"})) == title_of(with_values({"Table": "b"}))
    stack = SynthesizedStack("demo", "main", "main", pinned(SnapStart={"ApplyOn": "PublishedVersions"})[1])
    assert versions.pin_values(stack, {"Table": "a"}) is stack


def test_every_way_to_name_a_version_leads_to_the_new_one() -> None:
    """A template of one's own is written as CloudFormation takes it: attributes and texts among them."""
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Alias"]["Properties"]["FunctionVersion"] = {"Fn::GetAtt": "Version.Version"}
    template["Resources"]["Told"] = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {
            "Type": "String",
            "Value": {"Fn::Sub": ["${Version} ${Alias} ${Given} ${Version.Version}", {"Given": {"Ref": "Version"}}]},
            "Description": {"Fn::Sub": ["${Version}", {"Version": "given"}]},
            "Name": {"Fn::Sub": "/${!Version}/${Version.Version}/${AWS::Region}"},
            "Tier": {"Fn::GetAtt": "Function.Arn"},
        },
    }
    made = versions.pin_versions(template)
    (title,) = [name for name, row in made["Resources"].items() if row["Type"] == "AWS::Lambda::Version"]
    assert title != "Version"
    assert made["Resources"]["Alias"]["Properties"]["FunctionVersion"] == {"Fn::GetAtt": f"{title}.Version"}
    told = made["Resources"]["Told"]["Properties"]
    text = f"${{{title}}} ${{Alias}} ${{Given}} ${{{title}.Version}}"
    assert told["Value"] == {"Fn::Sub": [text, {"Given": {"Ref": title}}]}
    assert told["Description"] == {"Fn::Sub": ["${Version}", {"Version": "given"}]}
    assert told["Name"] == {"Fn::Sub": f"/${{!Version}}/${{{title}.Version}}/${{AWS::Region}}"}
    assert told["Tier"] == {"Fn::GetAtt": "Function.Arn"}


@pytest.mark.parametrize(
    "name", [{"Fn::GetAtt": ["Function", "Arn"]}, {"Fn::GetAtt": "Function.Arn"}, {"Fn::Sub": "${Function}"}]
)
def test_a_version_may_name_its_function_in_any_way(name: dict[str, Any]) -> None:
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Version"]["Properties"]["FunctionName"] = name
    assert "Version" not in versions.pin_versions(template)["Resources"]
