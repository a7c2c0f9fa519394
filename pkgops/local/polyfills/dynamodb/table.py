"""DynamoDB tables: time to live, point-in-time recovery and encryption are applied, and deletion protection
protects."""

from __future__ import annotations

from pkgops.local.hooks.patch import refuse, require, switched_on
from pkgops.local.hooks.types import Properties, Types

KIND = "AWS::DynamoDB::Table"


def install(types: Types) -> None:
    """Applies what the emulator's own handler drops."""
    from ministack.services import dynamodb

    require(dynamodb, "_tables", "_ttl_settings", "_update_ttl", "_update_continuous_backups")
    require(dynamodb, "_sse_description_from_spec")
    types.after(KIND, _apply)
    types.before_delete(KIND, _protect)


def _apply(table: str, new: Properties, old: Properties) -> None:
    from ministack.services import dynamodb

    _apply_time_to_live(table, new, old)
    recovery = new.get("PointInTimeRecoverySpecification") or {}
    if recovery != (old.get("PointInTimeRecoverySpecification") or {}):
        enabled = switched_on(recovery.get("PointInTimeRecoveryEnabled"))
        setting = {"PointInTimeRecoveryEnabled": enabled}
        refuse(dynamodb._update_continuous_backups({"TableName": table, "PointInTimeRecoverySpecification": setting}))
    encryption = new.get("SSESpecification")
    if encryption:
        request = {**encryption, "Enabled": switched_on(encryption.get("SSEEnabled"))}
        dynamodb._tables[table]["SSEDescription"] = dynamodb._sse_description_from_spec(request)
    record = dynamodb._tables[table]
    record["DeletionProtectionEnabled"] = switched_on(new.get("DeletionProtectionEnabled"))


def _apply_time_to_live(table: str, new: Properties, old: Properties) -> None:
    from ministack.services import dynamodb

    wanted, had = new.get("TimeToLiveSpecification"), old.get("TimeToLiveSpecification")
    if wanted == had:
        return
    setting = {
        "AttributeName": (wanted or had or {}).get("AttributeName", ""),
        "Enabled": bool(wanted) and switched_on((wanted or {}).get("Enabled", True)),
    }
    refuse(dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": setting}))


def _protect(table: str, _: Properties) -> None:
    from ministack.services import dynamodb

    record = dynamodb._tables.get(table)
    if record and record.get("DeletionProtectionEnabled"):
        raise ValueError(
            f"Resource cannot be deleted as it is currently protected against deletion: {table}. "
            "Disable deletion protection first. (Service: DynamoDb, Status Code: 400)"
        )
    dynamodb._ttl_settings.pop(table, None)
    dynamodb._pitr_settings.pop(table, None)
