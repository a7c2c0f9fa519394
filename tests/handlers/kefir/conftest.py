"""A real table, bucket, user pool and mailbox for Kefir's handlers: the embedded emulator's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.dynamodb import Table
from handlers.kefir.runtime.settings import settings
from pkgops.local.client.emulator import Emulator
from tests.emulator import ACCOUNT
from tests.emulator import mails as sent_mails
from tests.handlers.kefir.kefir_api import User

TABLE = "kefir-app-local-table"
BUCKET = f"kefir-app-local-photos-{ACCOUNT}"


@pytest.fixture(scope="session")
def resources(aws: Callable[[str], Any]) -> None:
    """The documented table and bucket, and a sender."""
    texts = ("PK", "SK", "GSI1PK", "GSI1SK")
    keys = [[{"AttributeName": name, "KeyType": kind} for name, kind in zip(pair, ("HASH", "RANGE"), strict=True)]
            for pair in (texts[:2], texts[2:])]  # fmt: skip
    aws("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=keys[0],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in texts],
        GlobalSecondaryIndexes=[{"IndexName": "GSI1", "KeySchema": keys[1], "Projection": {"ProjectionType": "ALL"}}],
    )
    aws("s3").create_bucket(Bucket=BUCKET)
    aws("ses").verify_domain_identity(Domain="kefirproducer.com")


@pytest.fixture(scope="session")
def variables(resources: None) -> dict[str, str]:
    return {"TABLE_NAME": TABLE, "BUCKET_NAME": BUCKET, "STAGE": "prod"}


@pytest.fixture(scope="session")
def cached() -> tuple[Any, ...]:
    return (settings,)


@pytest.fixture
def table(environment: pytest.MonkeyPatch) -> Table:
    """The table as the functions see it."""
    return Table(aws.client("dynamodb"), TABLE, ("PK", "SK"))


@pytest.fixture
def alice(environment: pytest.MonkeyPatch) -> User:
    """A new user."""
    return User()


@pytest.fixture
def bob(environment: pytest.MonkeyPatch) -> User:
    """A second user."""
    return User()


@pytest.fixture
def mails(emulator: Emulator, resources: None) -> Callable[[str], list[dict[str, Any]]]:
    """``mails(to)``: what was sent to an address, oldest first: Subject, BodyText, BodyHtml."""
    return partial(sent_mails, emulator)


@pytest.fixture
def operations(table: Table) -> Iterator[list[str]]:
    """The operations sent to DynamoDB, in their order."""
    seen: list[str] = []

    def note(event_name: str, **_: Any) -> None:
        seen.append(event_name.rpartition(".")[2])

    events = table.client.meta.events
    events.register("before-send.dynamodb", note)
    yield seen
    events.unregister("before-send.dynamodb", note)
