"""A real table, bucket, user pool and mailbox for Kefir's handlers: the embedded emulator, one a test run."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.dynamodb import Table
from handlers.kefir.runtime.settings import settings
from pkgops.local.client.emulator import Emulator
from tests import emulator_fixtures
from tests.emulator import ACCOUNT, REGION, client
from tests.handlers.kefir.kefir_api import User

emulator = emulator_fixtures.emulator

TABLE = "kefir-app-local-table"
BUCKET = f"kefir-app-local-photos-{ACCOUNT}"


@pytest.fixture(scope="session")
def sdk(emulator: Emulator) -> Callable[[str], Any]:
    """``sdk("s3")``: a client of the account's owner, made once."""
    return cache(partial(client, emulator))


@pytest.fixture(scope="session")
def resources(sdk: Callable[[str], Any]) -> None:
    """The documented table and bucket, and a sender."""
    texts = ("PK", "SK", "GSI1PK", "GSI1SK")
    keys = [[{"AttributeName": name, "KeyType": kind} for name, kind in zip(pair, ("HASH", "RANGE"), strict=True)]
            for pair in (texts[:2], texts[2:])]  # fmt: skip
    sdk("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=keys[0],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in texts],
        GlobalSecondaryIndexes=[{"IndexName": "GSI1", "KeySchema": keys[1], "Projection": {"ProjectionType": "ALL"}}],
    )
    sdk("s3").create_bucket(Bucket=BUCKET)
    sdk("ses").verify_domain_identity(Domain="kefirproducer.com")


@pytest.fixture(scope="module")
def environment(emulator: Emulator, resources: None) -> Iterator[pytest.MonkeyPatch]:
    """The functions' environment while one file's tests run; clients of another emulator are left aside."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        variables = {
            "AWS_ENDPOINT_URL": emulator.endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": REGION,
            "TABLE_NAME": TABLE,
            "BUCKET_NAME": BUCKET,
            "STAGE": "prod",
        }
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr(aws, "_CLIENTS", {})
        settings.cache_clear()
        yield patch
    settings.cache_clear()


@pytest.fixture
def patched(environment: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The functions' environment, to be changed for one test."""
    with environment.context() as patch:
        settings.cache_clear()
        yield patch
    settings.cache_clear()


@pytest.fixture
def table(environment: pytest.MonkeyPatch) -> Table:
    """The table as the functions see it."""
    return Table(aws.client("dynamodb"), TABLE, ("PK", "SK"))


@pytest.fixture
def alice(environment: pytest.MonkeyPatch) -> User:
    """A user nobody else knows."""
    return User()


@pytest.fixture
def bob(environment: pytest.MonkeyPatch) -> User:
    """Another one."""
    return User()


@pytest.fixture
def mails(emulator: Emulator, resources: None) -> Callable[[str], list[dict[str, Any]]]:
    """``mails(to)``: what was sent to an address, oldest first: Subject, BodyText, BodyHtml."""

    def sent(to: str) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{emulator.endpoint}/_ministack/ses/messages", timeout=5) as answer:
            accounts = json.load(answer)["messages"]
        rows = sorted((row for rows in accounts.values() for row in rows), key=lambda row: row["Timestamp"])
        return [row for row in rows if to in row["To"]]

    return sent


@pytest.fixture
def asked(table: Table) -> Iterator[list[str]]:
    """Operations sent to DynamoDB, in their order."""
    seen: list[str] = []

    def note(event_name: str, **_: Any) -> None:
        seen.append(event_name.rpartition(".")[2])

    events = table.client.meta.events
    events.register("before-send.dynamodb", note)
    yield seen
    events.unregister("before-send.dynamodb", note)
