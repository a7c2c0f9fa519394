"""Contract: kept resources are taken back."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator


def kept(name):
    return {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": {"BucketName": f"{name}-bucket"},
        },
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Retain",
            "Properties": {
                "TableName": f"{name}-table",
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            },
        },
    }


def created(aws, name, template, **more):
    cloudformation = aws("cloudformation")
    made = cloudformation.create_change_set(
        StackName=name, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=json.dumps(template), **more
    )
    actions = {
        row["ResourceChange"]["LogicalResourceId"]: row["ResourceChange"]["Action"]
        for row in cloudformation.describe_change_set(ChangeSetName=made["Id"])["Changes"]
    }
    cloudformation.execute_change_set(ChangeSetName=made["Id"])
    while (state := cloudformation.describe_stacks(StackName=name)["Stacks"][0])["StackStatus"].endswith("PROGRESS"):
        pass
    return actions, state["StackStatus"]


def test_a_bucket_and_a_table_come_back_with_their_content(aws, unique):
    name = unique("kept")
    template = {"Resources": kept(name)}
    assert created(aws, name, template)[1] == "CREATE_COMPLETE"
    aws("s3").put_object(Bucket=f"{name}-bucket", Key="k", Body=b"content")
    aws("dynamodb").put_item(TableName=f"{name}-table", Item={"pk": {"S": "item"}})
    aws("cloudformation").delete_stack(StackName=name)
    aws("cloudformation").get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 0})
    actions, status = created(aws, name, template, ImportExistingResources=True)
    assert (actions, status) == ({"Bucket": "Import", "Table": "Import"}, "CREATE_COMPLETE")
    assert aws("s3").get_object(Bucket=f"{name}-bucket", Key="k")["Body"].read() == b"content"
    assert aws("dynamodb").get_item(TableName=f"{name}-table", Key={"pk": {"S": "item"}})["Item"]


def test_without_being_asked_a_taken_bucket_is_still_a_conflict(aws, unique):
    name = unique("taken")
    aws("s3").create_bucket(Bucket=f"{name}-bucket")
    _, status = created(aws, name, {"Resources": {"Bucket": kept(name)["Bucket"]}})
    assert status == "ROLLBACK_COMPLETE"
