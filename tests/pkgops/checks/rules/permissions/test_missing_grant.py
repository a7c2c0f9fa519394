"""P102."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found
from tests.pkgops.checks.reader_function import reader

READING = """
import os
import boto3
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    return table.get_item(Key={"id": "1"})
"""


def messages(tmp_path: Path, *statements: str, code: str = READING, more: str = "") -> list[str]:
    return [one.message for one in found("P102", tmp_path, reader(*statements, more=more), read=code)]


def test_the_finding_names_action_resource_and_the_line_of_the_call(tmp_path: Path) -> None:
    (one,) = found("P102", tmp_path, reader("grants.traces()"), read=READING)
    assert one.message == "Read calls dynamodb:GetItem on main.Notes without a grant."
    assert one.place == "handlers/shop/read.py:6"
    assert one.subject == "dynamodb:GetItem main.Notes"


def test_a_grant_on_another_table_does_not_help(tmp_path: Path) -> None:
    assert messages(tmp_path, "grants.table_read(Ref(users))")
    assert messages(tmp_path, "grants.table_read(Ref(notes))") == []


@pytest.mark.parametrize(
    "statement",
    [
        'grants.allow([Action("dynamodb", "*")], GetAtt(notes, "Arn"))',
        'grants.allow([Action("dynamodb", "Get*")], "*")',
        'grants.allow([Action("dynamodb", "GetItem")], Sub("arn:aws:dynamodb:*:*:table/${Notes}"))',
    ],
)
def test_a_wide_grant_covers_it(tmp_path: Path, statement: str) -> None:
    assert messages(tmp_path, statement) == []


def test_an_index_of_a_table_is_part_of_it(tmp_path: Path) -> None:
    code = READING.replace("get_item(Key", 'query(IndexName="by_user", Key')
    assert messages(tmp_path, 'grants.table_operations(Ref(notes), "Query")', code=code) == []


def test_a_secret_by_its_name_and_its_arn(tmp_path: Path) -> None:
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        '    boto3.client("secretsmanager").get_secret_value(SecretId="notes/key")\n'
    )
    assert messages(tmp_path, 'grants.secret_read("notes/key")', code=code) == []
    (message,) = messages(tmp_path, 'grants.secret_read("notes/other")', code=code)
    assert message == "Read calls secretsmanager:GetSecretValue on notes/key without a grant."


def test_a_managed_policy_may_hold_it(tmp_path: Path) -> None:
    body = reader("grants.traces()").replace(
        "AssumeRolePolicyDocument=",
        'ManagedPolicyArns=["arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"],AssumeRolePolicyDocument=',
    )
    assert found("P102", tmp_path, body, read=READING) == []
    body = body.replace("AmazonDynamoDBFullAccess", "service-role/AWSLambdaBasicExecutionRole")
    assert found("P102", tmp_path, body, read=READING)


def test_a_bucket_and_its_objects(tmp_path: Path) -> None:
    code = (
        "import os, boto3\n"
        "def handler(event, context):\n"
        '    s3 = boto3.client("s3")\n'
        '    s3.put_object(Bucket=os.environ["TABLE"], Key="a/b", Body=b"")\n'
        '    s3.list_objects_v2(Bucket=os.environ["TABLE"])\n'
    )
    variables = '"TABLE": Ref(photos)'
    more = 'photos = scope.add(s3.Bucket("Photos"))\n'
    body = more + reader(
        'grants.bucket_write(Ref(photos), "a/")',
        'grants.allow([Action("s3", "ListBucket")], GetAtt(photos, "Arn"))',
        variables=variables,
    )
    assert found("P102", tmp_path, body, read=code) == []
    body = more + reader('grants.bucket_write(Ref(photos), "a/")', variables=variables)
    (one,) = found("P102", tmp_path, body, read=code)
    assert one.message == "Read calls s3:ListBucket on main.Photos without a grant."


def test_a_function_that_invokes_itself(tmp_path: Path) -> None:
    code = (
        "import os, boto3\n"
        "def handler(event, context):\n"
        '    boto3.client("lambda").invoke(FunctionName=os.environ["AWS_LAMBDA_FUNCTION_NAME"])\n'
    )
    named = reader('grants.invoke("read-prod")').replace(
        '    "Read",\n', '    "Read",\n    FunctionName="read-prod",\n'
    )
    assert found("P102", tmp_path, named, read=code) == []
    assert found("P102", tmp_path, reader("grants.traces()"), read=code)


def test_each_action_of_a_transaction(tmp_path: Path) -> None:
    code = """
import os, boto3
def change(table):
    return {"Put": {"TableName": table, "Item": {}}}
def handler(event, context):
    writes = [change(os.environ["TABLE"])]
    writes.append({"ConditionCheck": {"TableName": os.environ["TABLE"], "Key": {}}})
    boto3.client("dynamodb").transact_write_items(TransactItems=writes)
"""
    listed = 'grants.table_operations(Ref(notes), "PutItem")'
    (message,) = messages(tmp_path, listed, code=code)
    assert message == "Read calls dynamodb:ConditionCheckItem on main.Notes without a grant."


def test_calls_that_need_no_permission(tmp_path: Path) -> None:
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        '    boto3.client("sts").get_caller_identity()\n'
        '    boto3.client("cognito-idp").initiate_auth(AuthFlow="CUSTOM_AUTH", ClientId="x")\n'
    )
    assert messages(tmp_path, "grants.traces()", code=code) == []
