"""Contract: a backup selection is recorded with its plan."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.resources import TRUST

pytestmark = pytest.mark.emulator


def test_a_backup_plan_with_its_selection(deploy, unique, aws):
    stack = deploy(
        {
            "Vault": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": unique("vault")}},
            "Plan": {
                "Type": "AWS::Backup::BackupPlan",
                "Properties": {
                    "BackupPlan": {
                        "BackupPlanName": unique("plan"),
                        "BackupPlanRule": [{"RuleName": "Daily", "TargetBackupVault": {"Ref": "Vault"}}],
                    }
                },
            },
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
            "Selection": {
                "Type": "AWS::Backup::BackupSelection",
                "Properties": {
                    "BackupPlanId": {"Ref": "Plan"},
                    "BackupSelection": {
                        "SelectionName": "tables",
                        "IamRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                        "Resources": ["arn:aws:dynamodb:us-east-1:000000000000:table/x"],
                    },
                },
            },
        }
    )
    assert stack.status == "CREATE_COMPLETE"
    rows = aws("backup").list_backup_selections(BackupPlanId=stack.physical("Plan"))["BackupSelectionsList"]
    assert [row["SelectionName"] for row in rows] == ["tables"]
    assert stack.delete().status == "DELETE_COMPLETE"
