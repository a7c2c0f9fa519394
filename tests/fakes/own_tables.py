"""A packages table of a test's own, as the template has it."""

from __future__ import annotations

import json
import secrets

from handlers.common import aws
from handlers.common.dynamodb import Table
from tests.repository import GOLDEN

_STORAGE = GOLDEN / "pkgwatch" / "local" / "storage.json"
_TAKEN = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")


def packages_table(*, stream: bool = False) -> Table:
    """An empty table of a name nobody uses; with ``stream`` its changes can be read."""
    resources = json.loads(_STORAGE.read_text(encoding="utf-8"))["Resources"].values()
    properties = next(
        resource["Properties"]
        for resource in resources
        if resource["Properties"].get("TableName") == "pkgwatch-packages-local"
    )
    taken = {name: properties[name] for name in _TAKEN}
    if stream:
        taken["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    name = f"packages-{secrets.token_hex(4)}"
    aws.client("dynamodb").create_table(TableName=name, **taken)
    return Table(aws.client("dynamodb"), name)
