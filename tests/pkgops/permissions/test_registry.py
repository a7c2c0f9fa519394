"""The actions that a resource needs, given its properties."""

from __future__ import annotations

import pytest

from pkgops.permissions.registry import (
    OPERATIONS,
    is_action,
    required_actions,
    resource_formats,
    service,
    takes_resource,
)

BUCKET, FUNCTION, ROLE, TABLE = "AWS::S3::Bucket", "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::DynamoDB::Table"


def every(kind, properties, *named):
    return {action for name in OPERATIONS for action in required_actions(kind, name, properties, named)}


def test_each_operation_has_its_own():
    assert "sqs:CreateQueue" in required_actions("AWS::SQS::Queue", "create", {}, ())
    assert "sqs:CreateQueue" not in required_actions("AWS::SQS::Queue", "delete", {}, ())
    assert "sqs:DeleteQueue" in required_actions("AWS::SQS::Queue", "delete", {}, ())


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        ("AWS::Cognito::UserPool", "cognito-idp"),
        ("AWS::CertificateManager::Certificate", "acm"),
        ("AWS::ApiGatewayV2::Route", "apigateway"),
        ("AWS::WAFv2::WebACLAssociation", "wafv2"),
        ("AWS::Backup::BackupVault", "backup"),
        (ROLE, "iam"),
        ("AWS::KMS::Key", "kms"),
        ("Custom::Anything", ""),
    ],
)
def test_the_own_service_of_a_type(kind, prefix):
    assert service(kind) == prefix


def test_other_services_are_asked_for_what_the_properties_name():
    assert {action.partition(":")[0] for action in every(FUNCTION, {})} == {"lambda"}
    assert "iam:PassRole" in every(FUNCTION, {}, "iam")
    assert "ec2:DescribeSubnets" in every(FUNCTION, {"VpcConfig": {}})
    assert "s3:GetObject" in every(FUNCTION, {"Code": {"S3Bucket": "b"}})
    assert "kms:Decrypt" in every(FUNCTION, {"KmsKeyArn": "k"})
    assert not [action for action in every(BUCKET, {}) if not action.startswith("s3:")]


def test_data_is_reached_only_where_a_table_is_replicated_or_imported():
    reads = {"dynamodb:Scan", "dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"}
    assert not reads & every(TABLE, {"TableName": "t"})
    assert reads <= every(TABLE, {"Replicas": [{"Region": "eu-west-1"}]})


def test_access_is_handed_out_only_where_the_template_does():
    assert "iam:AttachRolePolicy" not in every(ROLE, {})
    assert "iam:AttachRolePolicy" in every(ROLE, {"ManagedPolicyArns": ["arn"]})
    assert "iam:DeleteRolePermissionsBoundary" not in every(ROLE, {})


def test_what_is_no_action_is_left_out():
    assert not is_action("s3:REST.PUT.OBJECT")
    assert not is_action("s3:DeleteBucketCors")
    assert is_action("apigateway:TagResource")
    assert "s3:GetObject" in every("AWS::ApiGatewayV2::Api", {"BodyS3Location": {"S3Bucket": "b"}})


def test_on_what_an_action_is_granted():
    assert not takes_resource("cognito-idp:CreateUserPool")
    assert takes_resource("sqs:CreateQueue")
    assert resource_formats("dynamodb:DeleteTable") == {
        "table": ("arn:${Partition}:dynamodb:${Region}:${Account}:table/*",)
    }
