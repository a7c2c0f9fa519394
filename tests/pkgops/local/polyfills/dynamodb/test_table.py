"""Contract: what a template says about a table is applied."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.resources import table

pytestmark = pytest.mark.emulator


def full(name, **more):
    resource = table(name)
    resource["Properties"] |= {
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True},
        **more,
    }
    return resource


def test_time_to_live_recovery_and_encryption_are_on(deploy, unique, aws):
    name = unique("table")
    assert deploy({"Table": full(name)}).status == "CREATE_COMPLETE"
    dynamodb = aws("dynamodb")
    lives = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert lives == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.describe_table(TableName=name)["Table"]["SSEDescription"]["Status"] == "ENABLED"


def test_dropping_them_from_the_template_switches_them_off(deploy, unique, aws):
    name = unique("table")
    stack = deploy({"Table": full(name)})
    assert stack.update({"Resources": {"Table": table(name)}}).status == "UPDATE_COMPLETE"
    lives = aws("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert lives["TimeToLiveStatus"] == "DISABLED"
    backups = aws("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"


def test_a_protected_table_is_not_deleted_with_its_stack(deploy, unique, aws):
    name = unique("table")
    stack = deploy({"Table": full(name, DeletionProtectionEnabled=True)})
    assert stack.delete().status == "DELETE_FAILED"
    assert any("protected against deletion" in reason for reason in stack.reasons)
    aws("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=False)
    assert stack.delete().status == "DELETE_COMPLETE"


def test_protection_can_be_lifted_through_the_stack(deploy, unique):
    name = unique("table")
    stack = deploy({"Table": full(name, DeletionProtectionEnabled=True)})
    assert stack.update({"Resources": {"Table": full(name)}}).status == "UPDATE_COMPLETE"
    assert stack.delete().status == "DELETE_COMPLETE"
