"""The review of changes: widened access and public exposure."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.plan.review.iam_diff import policyuniverse, widened_grants
from pkgops.plan.review.public_access import allows_anyone, public_resources
from pkgops.plan.review.review import ConcernKind, may_affect_access, review
from pkgops.ports.stacks import ResourceChange
from tests.repository import GOLDEN

DEPLOYED = GOLDEN / "pkgwatch" / "prod"
TABLE = {"Fn::GetAtt": ["Table", "Arn"]}


def role(*statements: dict[str, Any], trust: str = "lambda.amazonaws.com", **more: Any) -> dict[str, Any]:
    trusted = {"Effect": "Allow", "Principal": {"Service": trust}, "Action": "sts:AssumeRole"}
    properties = {
        "AssumeRolePolicyDocument": {"Statement": [trusted]},
        "Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}],
        **more,
    }
    return {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}}


def allow(action: Any, resource: Any = TABLE, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


NARROW = {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (allow("dynamodb:GetItem"), allow(["dynamodb:GetItem", "dynamodb:PutItem"]), ["dynamodb:PutItem"]),
        (allow("dynamodb:GetItem"), allow("dynamodb:*"), ["dynamodb:*"]),
        (allow("dynamodb:GetItem"), allow("dynamodb:GetItem", "*"), ["on *"]),
        (allow("s3:GetObject", "arn:a/b/*"), allow("s3:GetObject", "arn:a/*"), ["arn:a/*"]),
        (allow("s3:GetObject", Condition=NARROW), allow("s3:GetObject"), ["s3:GetObject"]),
        (allow("s3:GetObject"), {"Effect": "Allow", "NotAction": "iam:*", "Resource": TABLE}, ["all but"]),
        ({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, allow("s3:GetObject"), ["s3:GetObject", "s3:*"]),
    ],
)
def test_more_is_seen(before: dict[str, Any], after: dict[str, Any], said: list[str]) -> None:
    found = sorted(map(str, widened_grants(role(before), role(after))))
    assert len(found) == len(said)
    assert all(any(part in text for text in found) for part in said)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (allow(["s3:GetObject", "s3:PutObject"]), allow("s3:GetObject")),
        (allow("dynamodb:*"), allow("dynamodb:GetItem")),
        (allow("s3:Get*"), allow("s3:GetObject*")),
        (allow("s3:*", "*"), allow("s3:GetObject", "arn:x", Condition=NARROW)),
        (allow("DynamoDB:GetItem"), allow("dynamodb:getitem")),
        (allow("s3:GetObject", "arn:a/*"), allow("s3:GetObject", "arn:a/b/*")),
    ],
)
def test_less_or_the_same_is_not(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert widened_grants(role(before), role(after)) == []


def test_a_new_principal_and_a_managed_policy_are_more() -> None:
    before, after = role(), role(trust="ec2.amazonaws.com", ManagedPolicyArns=["arn:aws:iam::aws:policy/Admin"])
    assert {grant.principal or grant.resource for grant in widened_grants(before, after)} == {
        "Service ec2.amazonaws.com",
        "arn:aws:iam::aws:policy/Admin",
    }


@given(st.sampled_from(["storage", "pipeline", "api"]), st.randoms(use_true_random=False))
def test_taking_statements_away_never_widens(name: str, chance: Any) -> None:
    """Except for denials, which the goldens only have in bucket policies."""
    before = json.loads((DEPLOYED / f"{name}.json").read_text(encoding="utf-8"))
    after = copy.deepcopy(before)
    for resource in after["Resources"].values():
        for policy in resource.get("Properties", {}).get("Policies", []):
            statements = policy["PolicyDocument"]["Statement"]
            del statements[chance.randrange(len(statements))]
    assert widened_grants(before, after) == []


@pytest.mark.parametrize(
    ("kind", "properties", "said"),
    [
        ("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False}}, "block is off"),
        ("AWS::S3::Bucket", {"AccessControl": "PublicRead"}, "ACL"),
        ("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}, ""),
        ("AWS::Lambda::Url", {"AuthType": "NONE"}, "no authorization"),
        ("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}, ""),
        ("AWS::Lambda::Permission", {"Principal": "*", "Action": "lambda:InvokeFunction"}, "anyone may invoke"),
        ("AWS::Lambda::Permission", {"Principal": "*", "SourceAccount": "1"}, ""),
        ("AWS::EC2::SecurityGroup", {"SecurityGroupIngress": [{"CidrIp": "0.0.0.0/0", "FromPort": 22}]}, "port 22"),
        ("AWS::EC2::SecurityGroup", {"SecurityGroupIngress": [{"CidrIp": "10.0.0.0/8", "FromPort": 22}]}, ""),
        ("AWS::EC2::SecurityGroupIngress", {"CidrIpv6": "::/0", "FromPort": 443}, "port 443"),
        ("AWS::RDS::DBInstance", {"PubliclyAccessible": "true"}, "publicly accessible"),
    ],
)
def test_what_the_world_can_reach(kind: str, properties: dict[str, Any], said: str) -> None:
    found = public_resources({"Resources": {"R": {"Type": kind, "Properties": properties}}})
    assert said in found.get("R", "") if said else found == {}


@pytest.mark.parametrize(("condition", "open_"), [({}, True), ({"Condition": NARROW}, False)])
def test_a_policy_for_anyone(condition: dict[str, Any], open_: bool) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": TABLE, **condition}
    policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": {"Statement": [statement]}}}
    assert bool(public_resources({"Resources": {"P": policy}})) is open_


def test_a_web_acls_statements_are_no_policy() -> None:
    template = json.loads((DEPLOYED / "api.json").read_text(encoding="utf-8"))
    assert public_resources(template) == {}


def test_what_a_statement_adds_is_one_row() -> None:
    table, index = "arn:table", "arn:table/index/*"
    more = [
        allow(["dynamodb:GetItem", "dynamodb:Query"], [table, index]),
        allow("dynamodb:PutItem", table),
        allow(["s3:GetObject", "s3:PutObject"], "arn:a/*", Condition=NARROW),
    ]
    removed = {"Effect": "Deny", "Action": ["iam:PassRole", "iam:GetRole"], "Resource": "*"}
    changes = [ResourceChange("Role", "AWS::IAM::Role", "Modify", "False")]
    found = review(changes, role(removed), role(*more))
    assert sorted(concern.text for concern in found) == [
        "dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query on arn:table",
        "dynamodb:GetItem, dynamodb:Query on arn:table/index/*",
        "no longer denied: iam:GetRole, iam:PassRole on *",
        's3:GetObject, s3:PutObject on arn:a/* if {"StringEquals":{"aws:SourceAccount":"123456789012"}}',
    ]
    same = review(changes, role(), role(allow(["s3:GetObject", "s3:PutObject"], ["arn:a/*", "arn:b/*"])))
    assert [concern.text for concern in same] == ["s3:GetObject, s3:PutObject on arn:a/*, arn:b/*"]


def test_references_are_written_as_in_a_substitution() -> None:
    table = [TABLE, {"Fn::Sub": "${Table.Arn}/index/*"}, {"Ref": "Other"}, {"Fn::Join": ["", ["a"]]}]
    changes = [ResourceChange("Role", "AWS::IAM::Role", "Modify", "False")]
    found = review(changes, role(), role(*(allow("s3:GetObject", resource) for resource in table)))
    assert [concern.text for concern in found] == [
        's3:GetObject on ${Other}, ${Table.Arn}, ${Table.Arn}/index/*, {"Fn::Join":["",["a"]]}'
    ]


def test_the_order_does_not_depend_on_the_process() -> None:
    names = [f"Role{number:02}" for number in range(20)]
    made = role(allow("s3:GetObject", "arn:a"))["Resources"]["Role"]
    empty = role()["Resources"]["Role"]
    before, after = ({"Resources": dict.fromkeys(names, one)} for one in (empty, made))
    assert [grant.logical_id for grant in widened_grants(before, after)] == names


def test_of_a_new_stack_only_public_exposure_is_reported() -> None:
    template = json.loads((DEPLOYED / "storage.json").read_text(encoding="utf-8"))
    concerns = review([ResourceChange("PackagesTable", "AWS::DynamoDB::Table", "Add")], {}, template)
    assert {(concern.kind, concern.logical_id) for concern in concerns} == {
        (ConcernKind.PUBLIC, "PublicDataBucket"),
        (ConcernKind.PUBLIC, "PublicDataBucketPolicy"),
    }
    assert review([], template, template) == ()


def test_code_alone_needs_no_second_look() -> None:
    assert not may_affect_access([ResourceChange("F", "AWS::Lambda::Function", "Modify")])
    assert may_affect_access([ResourceChange("R", "AWS::IAM::Role", "Modify")])
    assert may_affect_access([ResourceChange("Q", "AWS::SQS::QueuePolicy", "Modify")])


def test_a_permission_that_is_only_evaluated_again_costs_nothing() -> None:
    """CloudFormation lists what refers to changed code; policies are not taken apart for that."""
    permission = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {"Principal": "*", "Action": "lambda:InvokeFunction"},
    }
    before, after = (
        {"Resources": {"Code": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": name}}, "Call": permission}}
        for name in ("old", "new")
    )
    policyuniverse.cache_clear()
    assert review([ResourceChange("Call", "AWS::Lambda::Permission", "Modify", "Conditional")], before, after) == ()
    assert policyuniverse.cache_info().currsize == 0


@given(
    st.sampled_from(
        [
            *(
                "*",
                {"AWS": "*"},
                {"AWS": ["*", "123456789012"]},
                {"AWS": "123456789012"},
                {"Service": "sns.amazonaws.com"},
            ),
            *(
                {"CanonicalUser": "abc"},
                {"CanonicalUser": "${user}"},
                {"Service": ["a.amazonaws.com", "b.amazonaws.com"]},
            ),
            {"Service": "sns.amazonaws.com", "AWS": "arn:aws:iam::123456789012:root"},
            {"AWS": ["123456789012", "arn:aws:iam::123456789012:role/*"]},
            {"AWS": "${{'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}}"},
            {"AWS": "arn:aws:iam::*:root"},
        ]
    ),
    st.sampled_from(
        [None, {"ArnLike": {"aws:SourceArn": "*"}}, {"StringEquals": {"aws:SourceAccount": "123456789012"}}]
    ),
)
def test_what_is_plain_is_what_the_library_says(principal: Any, condition: Any) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Principal": principal}
    if condition is not None:
        statement["Condition"] = condition
    policy = policyuniverse().Policy({"Version": "2012-10-17", "Statement": [statement]})
    assert allows_anyone(statement) is policy.is_internet_accessible()


def test_shipped_templates_are_reviewed_without_the_library() -> None:
    policyuniverse.cache_clear()
    for path in sorted(GOLDEN.glob("*/prod/*.json")):
        public_resources(json.loads(path.read_text(encoding="utf-8")))
    assert policyuniverse.cache_info().currsize == 0
