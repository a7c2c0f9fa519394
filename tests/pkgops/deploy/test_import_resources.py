"""The definitions of resources in an import."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.plan.importable import importable
from pkgops.plan.options import PlanOptions
from pkgops.plan.prepare import prepare
from pkgops.ports.stacks import ChangeSetRequest
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks

OTHER = {"Fn::GetAtt": ["Other", "Arn"]}


class Remembering(FakeStacks):
    """Keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[ChangeSetRequest] = []

    def create_change_set(self, request: ChangeSetRequest) -> str:
        self.requests.append(request)
        return super().create_change_set(request)


@pytest.fixture
def ports(ports: FakePorts) -> FakePorts:
    made = FakePorts(stacks=Remembering())
    made.stacks.deployed("PkgopsBootstrap-local", "CREATE_COMPLETE")
    return made


def imported(project: Project, ports: FakePorts, resource: dict[str, Any], name: str) -> ChangeSetRequest:
    """The request that took the resource in; the deployment ends with the whole template."""
    ports.existing.put(resource["Type"], name)
    packaged = PackagedSystem((stack("alone", project.stage, Thing=resource, Other={"Type": "AWS::SNS::Topic"}),), ())
    assert deploy(prepare(project, packaged, ports, options=PlanOptions(imports=("Thing",))), ports).ok
    first, last = ports.stacks.requests
    assert json.loads(last.body or "")["Resources"]["Thing"] == resource
    assert not last.imports
    return first


@pytest.mark.parametrize(
    ("kind", "properties", "kept", "identifier"),
    [
        (
            "AWS::Logs::LogGroup",
            {"LogGroupName": "one", "RetentionInDays": 7, "LogGroupClass": "STANDARD"},
            {"LogGroupName": "one", "LogGroupClass": "STANDARD"},
            {"LogGroupName": "one"},
        ),
        (
            "AWS::SQS::Queue",
            {"QueueName": "one", "VisibilityTimeout": 7, "RedrivePolicy": {"deadLetterTargetArn": OTHER}},
            {"QueueName": "one"},
            {"QueueUrl": "id-of-one"},
        ),
        (
            "AWS::DynamoDB::Table",
            {"TableName": "one", "KeySchema": [], "AttributeDefinitions": [], "SSESpecification": {"Key": OTHER}},
            {"TableName": "one", "KeySchema": [], "AttributeDefinitions": []},
            {"TableName": "one"},
        ),
        (
            "AWS::SecretsManager::Secret",
            {"Name": "one", "GenerateSecretString": {"PasswordLength": 20}, "KmsKeyId": {"Ref": "Other"}},
            {"Name": "one", "GenerateSecretString": {"PasswordLength": 20}},
            {"Id": "id-of-one"},
        ),
        (
            "AWS::Cognito::UserPool",
            {"UserPoolName": "one", "Schema": [{"Name": "email"}], "LambdaConfig": OTHER, "MfaConfiguration": "OFF"},
            {"UserPoolName": "one", "Schema": [{"Name": "email"}]},
            {"UserPoolId": "id-of-one"},
        ),
        (
            "AWS::S3::Bucket",
            {"BucketName": {"Fn::Sub": "b-${AWS::Region}"}, "VersioningConfiguration": {"Status": "Enabled"}},
            {"BucketName": {"Fn::Sub": "b-${AWS::Region}"}},
            {"BucketName": "b-us-east-1"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_only_what_stands_alone_is_in_the_import(
    project: Project, ports: FakePorts, kind: str, properties: Any, kept: Any, identifier: Any
) -> None:
    name = "b-us-east-1" if "Bucket" in kind else "one"
    request = imported(project, ports, {"Type": kind, "Properties": properties}, name)
    template = json.loads(request.body or "")
    assert template["Resources"]["Thing"]["Properties"] == kept
    assert template["Resources"]["Thing"]["DeletionPolicy"] == "Retain"
    assert template["Resources"]["Thing"]["Metadata"]  # goes with the update, so that the policy may change
    assert set(template) == {"Resources"}
    assert set(template["Resources"]) == {"Thing"}
    assert request.imports == {"Thing": (kind, identifier)}
    assert (request.create, request.parameters, request.tags) == (True, {}, {})


@pytest.mark.parametrize(
    ("kind", "properties", "possible"),
    [
        ("AWS::Lambda::Function", {"FunctionName": "one", "Role": OTHER, "Code": {"S3Key": "key"}}, True),
        ("AWS::Lambda::Function", {"FunctionName": "one", "Role": "role", "Code": {"S3Key": "key"}}, True),
        ("AWS::IAM::Role", {"RoleName": "one", "AssumeRolePolicyDocument": {}, "Policies": [OTHER]}, True),
        ("AWS::IAM::Role", {"RoleName": "one", "AssumeRolePolicyDocument": {"Principal": OTHER}}, False),
        ("AWS::DynamoDB::Table", {"TableName": "one", "KeySchema": []}, True),
    ],
)
def test_what_needs_others_of_its_stack_cannot_be_imported(kind: str, properties: Any, possible: bool) -> None:
    assert importable({"Type": kind, "Properties": properties}) is possible


def test_what_refers_to_others_has_a_stand_in_until_the_update(project: Project, ports: FakePorts) -> None:
    function = {"FunctionName": "one", "Role": OTHER, "Code": {"ZipFile": {"Ref": "Other"}}, "Runtime": "python3.12"}
    request = imported(project, ports, {"Type": "AWS::Lambda::Function", "Properties": function}, "one")
    given = json.loads(request.body or "")["Resources"]["Thing"]["Properties"]
    assert given["Code"] == {"ZipFile": "def handler(event, context): ..."}
    assert given["Role"] == {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/imported"}
    assert (given["FunctionName"], given["Runtime"]) == ("one", "python3.12")


def test_a_retained_function_is_taken_back_and_updated(project: Project, ports: FakePorts) -> None:
    """By itself CloudFormation would leave it with the role of the stack before."""
    ports.existing.put("AWS::Lambda::Function", "one")
    thing = {
        "Type": "AWS::Lambda::Function",
        "DeletionPolicy": "Retain",
        "Properties": {"FunctionName": "one", "Role": OTHER, "Code": {"ZipFile": "pass"}},
    }
    packaged = PackagedSystem((stack("alone", project.stage, Thing=thing, Other={"Type": "AWS::SNS::Topic"}),), ())
    plan = prepare(project, packaged, ports)
    assert [str(conflict) for conflict in plan.conflicts] == ["Thing: AWS::Lambda::Function one already exists"]
    assert deploy(plan, ports).ok
    first, last = ports.stacks.requests
    assert set(first.imports) == {"Thing"}
    assert json.loads(last.body or "")["Resources"]["Thing"] == thing
