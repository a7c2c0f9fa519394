"""The reduction: every resource has its place, arrows say what is meant."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkgops.graph.kinds import NODES, SCHEDULES
from pkgops.graph.merge import LIMIT, merged
from pkgops.graph.model import Graph
from pkgops.graph.rules import RULES
from pkgops.graph.view import View, viewed
from tests.pkgops import odd_templates
from tests.pkgops.graph.systems import arrows, function, of, role, stack, whole
from tests.repository import ROOT, SYSTEMS
from tests.templates.conftest import VARIANTS, built

EVERY = [(system, "prod") for system in SYSTEMS] + [(system, name) for system, name in VARIANTS]
PROPERTIES = ["RestApiId", "FunctionName", "VpcId", "Role", "Roles", "Targets", "EventSourceArn", "Name"]
TYPES = sorted({*NODES, "AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::Lambda::Url", "Custom::Thing", "AWS::X::Y"})


def assert_sound(graph: Graph, resources: set[tuple[str, str]]) -> None:
    members = [member for node in graph.nodes for member in node.members]
    assert len(members) == len(set(members)), "a kept resource in two nodes"
    parts = {part for node in graph.nodes for part in node.parts}
    assert {*members, *parts, *graph.hidden} == resources
    assert not {*members} & parts
    assert not {*graph.hidden} & {*members, *parts}
    ids = [node.id for node in graph.nodes]
    assert len(ids) == len(set(ids))
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= set(ids)
    assert all(edge.source != edge.target for edge in graph.edges)
    assert list(graph.edges) == sorted(graph.edges, key=lambda edge: (edge.source, edge.target, edge.kind))


@pytest.mark.parametrize(("system", "name"), EVERY)
def test_every_resource_of_a_shipped_system_has_one_place(system, name):
    resources = {(case.stack.key, key) for case in built(system, name) for key in case.template["Resources"]}
    graph = whole(system, name)
    assert_sound(graph, resources)
    small = merged(graph)
    assert_sound(small, resources)
    assert len(small.nodes) <= LIMIT
    assert {m for node in small.nodes for m in node.members} == {m for node in graph.nodes for m in node.members}


def test_versions_and_aliases_of_snapshots_are_their_function():
    plain, snapped = whole("kefir", "dev"), whole("kefir", "dev-snap-start")
    assert snapped.edges == plain.edges
    assert [node.id for node in snapped.nodes] == [node.id for node in plain.nodes]
    assert {*snapped.hidden} | {m for node in snapped.nodes for m in (*node.members, *node.parts)} > {
        ("app", "HandleAuthAlias"),
        ("app", "HandleAuthVersion"),
    }


def referred(name: str) -> st.SearchStrategy[Any]:
    """The ways to refer to ``name``."""
    text = f"arn:aws:x:::{name}/${{{name}}}"
    return st.sampled_from([{"Ref": name}, {"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": text}])


@st.composite
def systems(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Templates of any types that refer to each other in any way, cycles included."""
    sizes = draw(st.lists(st.integers(0, 8), min_size=1, max_size=3))
    made = []
    for size in sizes:
        names = [f"R{number}" for number in range(size)]
        other = st.sampled_from([*names, "AWS::Region", "Nothing"])
        value = st.one_of(st.sampled_from(["plain", "*"]), other.flatmap(referred))
        properties = st.dictionaries(st.sampled_from(PROPERTIES), value, max_size=3).map(
            lambda row: {**row, "Targets": [{"Arn": row["Targets"]}]} if "Targets" in row else row
        )
        body = st.builds(lambda kind, given: {"Type": kind, "Properties": given}, st.sampled_from(TYPES), properties)
        made.append({name: draw(body) for name in names})
    return made


@given(systems(), st.integers(1, 12))
def test_any_templates(templates, limit):
    stacks = [stack(resources, f"s{number}") for number, resources in enumerate(templates)]
    resources = {(one.key, name) for one in stacks for name in one.template["Resources"]}
    graph = of(*stacks)
    assert_sound(graph, resources)
    assert_sound(merged(graph, limit=limit), resources)
    assert of(*stacks) == graph
    for node in graph.nodes:
        assert node.id in {one.id for one in viewed(graph, View(focus=node.id, depth=2, everything=True)).nodes}


WORDS = sorted(
    {word for path in (ROOT / "pkgops/graph").glob("*.py") for word in re.findall(r'"([A-Z]\w+)"', path.read_text())}
)


@settings(max_examples=40, deadline=None)
@given(odd_templates.resources([*RULES, *SCHEDULES, "AWS::CloudWatch::Alarm", "AWS::Lambda::Permission"], WORDS))
def test_properties_that_hold_anything(resources):
    assert_sound(of(stack(resources)), {("app", name) for name in resources})


TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders-dev"}}
ON_TABLE = {"Resource": [{"Fn::GetAtt": ["Orders", "Arn"]}]}


@pytest.mark.parametrize(
    ("actions", "label"),
    [
        (["dynamodb:GetItem", "dynamodb:Query"], "read"),
        (["dynamodb:PutItem"], "write"),
        (["dynamodb:GetItem", "dynamodb:PutItem"], "read/write"),
        ("dynamodb:*", "read/write"),
        ("*", "read/write"),
    ],
)
def test_a_role_is_an_arrow_with_what_it_allows(actions, label):
    graph = of(stack({"Orders": TABLE, "Work": function(), "Role": role({"Action": actions, **ON_TABLE})}))
    assert arrows(graph) == {("Work", "Orders", label)}
    assert graph.node("app.Work").parts == (("app", "Role"),)


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:dynamodb:us-east-1:123456789012:table/orders-dev",
        "arn:aws:dynamodb:*:*:table/orders-dev/index/*",
        "arn:aws:dynamodb:*:*:table/orders-*",
        {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders-dev"},
        {"Fn::Join": ["", [{"Fn::GetAtt": ["Orders", "Arn"]}, "/index/*"]]},
        {"Fn::Sub": ["${It}/*", {"It": {"Fn::GetAtt": ["Orders", "Arn"]}}]},
    ],
)
def test_a_table_however_it_is_named(resource):
    statement = {"Action": "dynamodb:GetItem", "Resource": resource}
    graph = of(stack({"Orders": TABLE, "Work": function(), "Role": role(statement)}))
    assert arrows(graph) == {("Work", "Orders", "read")}


def test_everything_and_nothing_named_are_no_arrows():
    statement = {"Action": ["dynamodb:GetItem", "logs:PutLogEvents"], "Resource": "*"}
    assert not of(stack({"Orders": TABLE, "Work": function(), "Role": role(statement)})).edges


def test_mail_is_sent_by_the_identity_of_its_sender():
    identity = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "shop.example"}}
    other = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "other.example"}}
    condition = {"StringLike": {"ses:FromAddress": ["*@shop.example"]}}
    sends = {"Action": "ses:SendEmail", "Resource": "arn:aws:ses:*:*:identity/*", "Condition": condition}
    graph = of(stack({"Mail": identity, "Other": other, "Work": function(), "Role": role(sends)}))
    assert arrows(graph) == {("Work", "Mail", "send")}


def test_a_name_without_what_is_known_only_later():
    name = {"Fn::Sub": "shop-raw-${AWS::AccountId}-dev"}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    assert of(stack({"Raw": bucket})).node("app.Raw").label == "shop-raw"


def test_arrows_between_stacks_come_from_recorded_inputs():
    storage = stack({"Orders": TABLE}, "storage", outputs={"Arn": {"Value": {"Fn::GetAtt": ["Orders", "Arn"]}}})
    statement = {"Action": "dynamodb:PutItem", "Resource": [{"Ref": "StorageArn"}]}
    api = stack({"Work": function(), "Role": role(statement)}, "api", inputs={"StorageArn": "storage.Arn"})
    assert [(edge.source, edge.target, edge.kind) for edge in of(storage, api).edges] == [
        ("api.Work", "storage.Orders", "write")
    ]


def test_a_late_input_is_one_as_well():
    statement = {"Action": "dynamodb:PutItem", "Resource": [{"Fn::If": ["Known", {"Ref": "Arn"}, "x"]}]}
    api = stack({"Work": function(), "Role": role(statement)}, "api", late={"Arn": "storage.Arn"})
    storage = stack({"Orders": TABLE}, "storage", outputs={"Arn": {"Value": {"Fn::GetAtt": ["Orders", "Arn"]}}})
    assert [edge.target for edge in of(storage, api).edges] == ["storage.Orders"]


def test_the_pictures_of_shipped_systems_say_what_is_true():
    assert ("Distribution", "WebBucket", "2 paths") in arrows(whole("always_coder"))
    assert ("HttpApi", "HandlePublicFunction", "GET /public/b/{batchId}") in arrows(whole("kefir"))
    assert ("HttpApi", "AppUserPool", "authorizes") in arrows(whole("kefir"))
    pkgwatch = arrows(whole("pkgwatch"))
    assert ("ApiWaf", "Api", "protects") in pkgwatch
    assert ("PackageQueue", "PackageCollectorFunction", "triggers") in pkgwatch
    assert ("PackageQueue", "PackageDlqQueue", "dead letters") in pkgwatch
    assert ("PackagesTable", "ScoreCalculatorFunction", "triggers") in pkgwatch
    assert ("BackupPlan", "PackagesTable", "backs up") in pkgwatch
    assert ("RedisReplicationGroup", "DatabaseSecrets", "credentials") in arrows(whole("keyvex"))
    badges = whole("kefir").node("app.ReminderProcessorFunction").badges
    assert badges == ("rate(5 minutes)", "3 alarms")
