"""Keyvex's main table and queues, on the emulator."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.dynamodb import Table
from handlers.keyvex.shared.settings import settings

TABLE = "keyvex-main-table-test"
AI_KEYS = {"anthropic_api_key": "sk-ant-test", "openai_api_key": "sk-test", "openai_organization": ""}
INTEGRATION_KEYS = {"sendgrid_api_key": "SG.test"}
_KEYS = ("PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK")


@pytest.fixture(scope="session")
def variables(aws: Callable[[str], Any]) -> dict[str, str]:
    """Creates the table and the secrets; what leads functions to them."""
    aws("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_schema("PK", "SK"),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in _KEYS],
        GlobalSecondaryIndexes=[
            {
                "IndexName": name,
                "KeySchema": _schema(f"{name}PK", f"{name}SK"),
                "Projection": {"ProjectionType": "ALL"},
            }
            for name in ("GSI1", "GSI2")
        ],
    )
    aws("secretsmanager").create_secret(Name="keyvex/ai/test", SecretString=json.dumps(AI_KEYS))
    aws("secretsmanager").create_secret(Name="keyvex/integrations/test", SecretString=json.dumps(INTEGRATION_KEYS))
    return {
        "ENVIRONMENT": "production",
        "DYNAMODB_TABLE_NAME": TABLE,
        "AI_SECRETS_ARN": "keyvex/ai/test",
        "INTEGRATION_SECRETS_ARN": "keyvex/integrations/test",
    }


def _schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


@pytest.fixture(scope="session")
def cached() -> tuple[Any, ...]:
    return (settings,)


@dataclass(frozen=True)
class World:
    """The table as functions see it. Names are new each time, so that tests do not meet each other's items."""

    table: Table

    def name(self, kind: str = "tool") -> str:
        """A name nothing has had before."""
        return f"{kind}-{secrets.token_hex(6)}"

    def item(self, partition: str, sort: str) -> dict[str, Any]:
        """An item as it is now; empty if there is none."""
        return self.table.get((partition, sort), consistent=True) or {}

    def items(self, partition: str, prefix: str = "") -> list[dict[str, Any]]:
        """The items of a partition whose sort key begins with a prefix, in their order."""
        return [item for item in self.table.partition(partition, consistent=True) if item["SK"].startswith(prefix)]


@pytest.fixture
def world(environment: pytest.MonkeyPatch) -> World:
    """The emulator's table."""
    return World(Table(aws.client("dynamodb"), TABLE, ("PK", "SK")))
