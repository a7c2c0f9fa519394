"""AWS::Backup::BackupSelection: recorded. No backup is made."""

from __future__ import annotations

import json

from pkgops.local.hooks.patch import refuse, require
from pkgops.local.hooks.types import Created, Properties, Types


def install(types: Types) -> None:
    """Adds the type; plans and vaults exist."""
    from ministack.services import backup

    require(backup, "_create_selection", "_delete_selection")
    types.add("AWS::Backup::BackupSelection", _create, _delete)


def _create(_: str, properties: Properties, __: str) -> Created:
    from ministack.services import backup

    plan, selection = properties["BackupPlanId"], properties["BackupSelection"]
    body = refuse(backup._create_selection(plan, {"BackupSelection": dict(selection)}))[2]
    identifier = json.loads(body)["SelectionId"]
    return f"{identifier}_{plan}", {"Id": f"{identifier}_{plan}", "SelectionId": identifier, "BackupPlanId": plan}


def _delete(identifier: str, properties: Properties) -> None:
    from ministack.services import backup

    backup._delete_selection(properties["BackupPlanId"], identifier.partition("_")[0])
