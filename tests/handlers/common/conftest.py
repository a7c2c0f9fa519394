"""Two tables for tests of what handlers of all systems share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.common.aws import client
from handlers.common.dynamodb import Table

KEY = ("pk", "sk")


@dataclass(frozen=True)
class World:
    """Tables as functions see them."""

    keys: Table
    events: Table


@pytest.fixture(scope="session")
def tables(aws: Callable[[str], Any]) -> tuple[str, str]:
    """The names of the two tables."""
    names = ("common-keys", "common-events")
    for name in names:
        aws("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": key, "KeyType": kind} for key, kind in zip(KEY, ("HASH", "RANGE"), strict=True)
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in KEY],
        )
    return names


@pytest.fixture
def world(environment: pytest.MonkeyPatch, tables: tuple[str, str]) -> World:
    """The tables of this test run."""
    return World(*(Table(client("dynamodb"), name, KEY) for name in tables))


@pytest.fixture
def missing_table(world: World) -> Table:
    """A table that answers every call with an error."""
    return Table(world.keys.client, "there-is-no-such-table")
