"""Contract: a secret can be imported, and keeps its value."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator


def imported(aws, name, arn):
    secret = {"Type": "AWS::SecretsManager::Secret", "DeletionPolicy": "Retain", "Properties": {"Name": name}}
    made = aws("cloudformation").create_change_set(
        StackName=name,
        ChangeSetName="first",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": {"Secret": secret}}),
        ResourcesToImport=[
            {"ResourceType": secret["Type"], "LogicalResourceId": "Secret", "ResourceIdentifier": {"Id": arn}}
        ],
    )
    return aws("cloudformation").describe_change_set(ChangeSetName=made["Id"])


def test_its_value_and_its_arn_stay(aws, unique):
    name = unique("imported")
    arn = aws("secretsmanager").create_secret(Name=name, SecretString="content")["ARN"]
    change_set = imported(aws, name, arn)
    assert change_set["Status"] == "CREATE_COMPLETE", change_set["StatusReason"]
    aws("cloudformation").execute_change_set(ChangeSetName=change_set["ChangeSetId"])
    aws("cloudformation").get_waiter("stack_import_complete").wait(StackName=name, WaiterConfig={"Delay": 0})
    (row,) = aws("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
    assert row["PhysicalResourceId"] == arn
    assert aws("secretsmanager").get_secret_value(SecretId=name)["SecretString"] == "content"


def test_one_that_waits_for_its_deletion_is_not_there(aws, unique):
    name = unique("deleted")
    arn = aws("secretsmanager").create_secret(Name=name, SecretString="content")["ARN"]
    aws("secretsmanager").delete_secret(SecretId=name, RecoveryWindowInDays=7)
    assert imported(aws, name, arn)["Status"] == "FAILED"
