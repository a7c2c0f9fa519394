"""AWS Backup: a vault, and a plan for resources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Sub, backup, iam

from pkgops.kit.grants import trust_policy
from pkgops.scope import Scope

_POLICY = "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"


@dataclass(frozen=True, slots=True)
class Backup:
    """A vault, and a plan with one rule: its schedule (UTC), windows in minutes, days a copy is kept."""

    vault: str
    plan: str
    rule: str
    schedule: str
    start_within: int
    complete_within: int
    keep_days: int


def backups(scope: Scope, row: Backup, resource_arns: Sequence[Any]) -> None:
    """Adds the vault (retained), the plan, and the selection of ``resource_arns`` with its role."""
    vault = scope.add(
        backup.BackupVault(
            "BackupVault",
            BackupVaultName=scope.named(row.vault),
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
        )
    )
    plan = scope.add(backup.BackupPlan("BackupPlan", BackupPlan=_plan(scope.named(row.plan), row, vault)))
    role = scope.add(
        iam.Role(
            "BackupRole",
            AssumeRolePolicyDocument=trust_policy("backup"),
            ManagedPolicyArns=[Sub(_POLICY)],
        )
    )
    scope.add(
        backup.BackupSelection(
            "BackupSelection",
            BackupPlanId=Ref(plan),
            BackupSelection=backup.BackupSelectionResourceType(
                IamRoleArn=GetAtt(role, "Arn"),
                Resources=list(resource_arns),
                SelectionName=scope.named(row.plan),
            ),
        )
    )


def _plan(name: str, row: Backup, vault: Any) -> Any:
    return backup.BackupPlanResourceType(
        BackupPlanName=name,
        BackupPlanRule=[
            backup.BackupRuleResourceType(
                RuleName=row.rule,
                TargetBackupVault=Ref(vault),
                ScheduleExpression=row.schedule,
                StartWindowMinutes=row.start_within,
                CompletionWindowMinutes=row.complete_within,
                Lifecycle=backup.LifecycleResourceType(DeleteAfterDays=row.keep_days),
            )
        ],
    )
