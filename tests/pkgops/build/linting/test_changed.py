"""Does a run over what has changed say exactly what cfn-lint says of the whole template?

LINT_SEEDS=300 tries as many chains of changes for each template instead of a few.
"""

from __future__ import annotations

import copy
import json
import os
from random import Random
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from pkgops.build.linting.changed import Kept, linted
from pkgops.build.synth import template_text
from tests.pkgops.build.linting.template_mutations import Template, mutated
from tests.repository import GOLDEN

REGION = "us-east-1"
SEEDS = int(os.environ.get("LINT_SEEDS", "1"))
STEPS = 1 if SEEDS == 1 else 3
TEMPLATES = (
    "always_coder/prod/web.json",
    "keyvex/dev/api.json",
    "keyvex/dev-lambda-vpc/database.json",
    "pkgwatch/dev/storage.json",
)
LARGE = ("kefir/dev/app.json", "pkgwatch/dev/pipeline.json", "stream_sales/dev/stack.json", "keyvex/dev/security.json")
CODE = {"Code": {"S3Bucket": "code", "S3Key": "a"}, "Handler": "a.b", "Runtime": "python3.12"}
RELATED: dict[str, dict[str, Any]] = {
    "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}},
    "Worker": {
        "Type": "AWS::Lambda::Function",
        "Properties": {**CODE, "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Timeout": 30},
    },
    "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
    "Source": {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"FunctionName": {"Ref": "Worker"}, "EventSourceArn": {"Fn::GetAtt": ["Jobs", "Arn"]}},
    },
    "Snappy": {
        "Type": "AWS::Lambda::Function",
        "Properties": {**CODE, "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "SnapStart": {"ApplyOn": "PublishedVersions"}},
    },
    "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Snappy"}}},
    "Topic": {"Type": "AWS::SNS::Topic"},
    "Told": {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"Protocol": {"Ref": "Protocol"}, "TopicArn": {"Ref": "Topic"}, "Endpoint": "a@example.com"},
    },
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
    "Left": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.1.0/24"}},
    "Right": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.2.0/24"}},
    "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {"openapi": "3.0.1"}, "Name": "api"}},
    "Other": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "other"}},
    "Path": {
        "Type": "AWS::ApiGateway::Resource",
        "Properties": {
            "RestApiId": {"Ref": "Other"},
            "ParentId": {"Fn::GetAtt": ["Other", "RootResourceId"]},
            "PathPart": "a",
        },
    },
}


def test_changes_of_what_a_resource_refers_to_are_found_at_that_resource() -> None:
    parameters = {"Protocol": {"Type": "String", "Default": "email"}}
    base = {"AWSTemplateFormatVersion": "2010-09-09", "Parameters": parameters, "Resources": RELATED}
    first, kept = _run(base, None)
    changed = copy.deepcopy(base)
    resources = changed["Resources"]
    changed["Parameters"]["Protocol"]["Default"] = "pigeon"
    resources["Worker"]["Properties"]["Timeout"] = 900
    resources["Left"]["Properties"]["CidrBlock"] = "10.0.2.128/25"
    resources["Path"]["Properties"]["RestApiId"] = {"Ref": "Api"}
    del resources["Version"], resources["Topic"]
    again, _ = _run(changed, kept)
    found = {f"{rule} {path}" for rule, path, _ in again} - {f"{rule} {path}" for rule, path, _ in first}
    assert found >= {
        "E1020 Resources/Told/Properties/TopicArn/Ref",
        "E3505 Resources/Jobs/Properties/VisibilityTimeout",
        "W2530 Resources/Snappy/Properties/SnapStart/ApplyOn",
        "W3660 Resources/Api/Properties/Body",
    }
    assert [rule for rule, path, _ in again if path.startswith("Resources/Right/")] == ["E3060"]


@pytest.mark.parametrize("name", TEMPLATES if SEEDS == 1 else (*TEMPLATES, *LARGE))
def test_changes_by_chance_are_found_as_cfn_lint_finds_them(name: str) -> None:
    for seed in range(SEEDS):
        random = Random(f"{name} {seed}")
        template = json.loads((GOLDEN / name).read_text())
        _, kept = _run(template, None, compared=False)
        for _ in range(STEPS):
            template = mutated(template, random)
            _, kept = _run(template, kept)


def _run(
    template: Template, last: Kept | None, *, compared: bool = True
) -> tuple[list[tuple[str, str, str]], Kept | None]:
    text = template_text(template)
    matches, kept = linted(text, REGION, last)
    found = _rows(matches)
    if compared:
        assert found == _rows(lint(text, config=ManualArgs(regions=[REGION])))
    return found, kept or last


def _rows(matches: list[Any]) -> list[tuple[str, str, str]]:
    return [(one.rule.id, "/".join(map(str, getattr(one, "path", None) or ())), one.message) for one in matches]
