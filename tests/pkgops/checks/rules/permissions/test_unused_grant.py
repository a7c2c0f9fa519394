"""P101."""

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
WRITING = READING.replace("get_item(Key", "put_item(Item")


def messages(tmp_path: Path, *statements: str, code: str = READING, more: str = "") -> list[str]:
    return [one.message for one in found("P101", tmp_path, reader(*statements, more=more), read=code)]


def test_an_exact_grant(tmp_path: Path) -> None:
    assert messages(tmp_path, 'grants.table_operations(Ref(notes), "GetItem")') == []


def test_the_finding_names_function_actions_resource_and_line(tmp_path: Path) -> None:
    body = reader('grants.table_operations(Ref(notes), "GetItem", "Scan")')
    (one,) = found("P101", tmp_path, body, read=READING)
    assert one.message == "Read has dynamodb:Scan on main.Notes, which its code never uses."
    assert (one.resource, one.subject) == ("Read", "dynamodb:Scan main.Notes")
    assert one.path == "Resources/Role/Properties/Policies/0/PolicyDocument/Statement/0"
    assert one.place.startswith("templates/shop/main.py:")


def test_the_same_action_on_another_table(tmp_path: Path) -> None:
    (message,) = messages(
        tmp_path,
        'grants.table_operations(Ref(notes), "GetItem")',
        'grants.table_operations(Ref(users), "GetItem")',
    )
    assert "main.Users" in message


def test_what_the_kit_grants_as_one_is_judged_as_one(tmp_path: Path) -> None:
    assert messages(tmp_path, "grants.table_read(Ref(notes))") == []
    assert messages(tmp_path, "grants.table_read_write(Ref(notes))", code=WRITING) == []
    (message,) = messages(tmp_path, "grants.table_read_write(Ref(notes))")
    assert "PutItem" in message
    assert "GetItem" not in message


def test_a_wildcard_is_used_if_something_in_it_is(tmp_path: Path) -> None:
    assert messages(tmp_path, 'grants.allow([Action("dynamodb", "Get*")], GetAtt(notes, "Arn"))') == []
    assert messages(tmp_path, 'grants.allow([Action("dynamodb", "Delete*")], GetAtt(notes, "Arn"))')


def test_what_lambda_needs_itself(tmp_path: Path) -> None:
    ends = 'EventSourceArn=GetAtt(jobs, "Arn"), FunctionName=Ref(function)'
    mapping = f'scope.add(awslambda.EventSourceMapping("Source", {ends}))'
    statements = (
        'grants.table_operations(Ref(notes), "GetItem")',
        "grants.traces()",
        'grants.log_lines("arn:aws:logs:us-east-1:1:log-group:x")',
    )
    consuming = 'grants.queue_consume(GetAtt(jobs, "Arn"))'
    assert messages(tmp_path, *statements, consuming, more=mapping) == []
    assert messages(tmp_path, *statements, consuming)


def test_what_lambda_reports_failures_to(tmp_path: Path) -> None:
    config = (
        'scope.add(awslambda.EventInvokeConfig("Config", FunctionName=Ref(function), Qualifier="$LATEST",\n'
        "    DestinationConfig=awslambda.DestinationConfig("
        'OnFailure=awslambda.OnFailure(Destination=GetAtt(jobs, "Arn")))))'
    )
    sending = 'grants.queue_send(GetAtt(jobs, "Arn"))'
    assert messages(tmp_path, "grants.table_read(Ref(notes))", sending, more=config) == []
    assert messages(tmp_path, "grants.table_read(Ref(notes))", sending)


def test_policies_that_are_resources_of_their_own_count(tmp_path: Path) -> None:
    policy = (
        'scope.add(iam.PolicyType("More", PolicyName="More", Roles=[Ref(role)], PolicyDocument=PolicyDocument('
        'Statement=[grants.queue_send(GetAtt(jobs, "Arn"))])))'
    )
    (message,) = messages(tmp_path, "grants.table_read(Ref(notes))", more=policy)
    assert "sqs:SendMessage on main.Jobs" in message


@pytest.mark.parametrize(
    "code",
    [
        "import boto3\ndef handler(event, context):\n    boto3.client(event['x']).get_item()\n",
        "import boto3, thing\ndef handler(event, context):\n    thing.read(boto3.client('dynamodb'))\n",
        "import thing\ndef handler(event, context):\n    thing.connect().scan()\n",
        "def handler(event, context):\n    event['table'].scan()\n",
    ],
    ids=["computed client", "client given away", "of a library", "of unknown origin"],
)
def test_where_calls_cannot_be_told_nobody_is_accused(tmp_path: Path, code: str) -> None:
    assert messages(tmp_path, 'grants.table_operations(Ref(notes), "Scan")', code=code) == []


def test_a_function_whose_code_is_elsewhere(tmp_path: Path) -> None:
    body = reader("grants.table_read(Ref(notes))", runs="other")
    assert found("P101", tmp_path, body, read=READING) == []


def test_a_resource_that_depends_on_a_condition_may_be_any(tmp_path: Path) -> None:
    choice = '{"Fn::If": ["Large", GetAtt(notes, "Arn"), GetAtt(users, "Arn")]}'
    assert messages(tmp_path, f'grants.allow([Action("dynamodb", "GetItem")], {choice})') == []


def test_a_role_that_is_not_in_the_templates(tmp_path: Path) -> None:
    body = reader("grants.table_scan(Ref(notes))").replace('Role=GetAtt(role, "Arn")', 'Role="arn:aws:iam::1:role/r"')
    assert found("P101", tmp_path, body, read=READING) == []
