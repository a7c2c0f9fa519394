"""Fixtures of the handlers' tests: tables and queues of the embedded emulator."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.dynamodb import Table
from handlers.pkgwatch.accounts import api_keys
from handlers.pkgwatch.runtime.settings import settings
from pkgops.local.client.emulator import Emulator
from tests.emulator import mails
from tests.handlers.pkgwatch.fixtures.queues import Queue
from tests.handlers.pkgwatch.fixtures.upstreams import World as Upstreams
from tests.handlers.pkgwatch.fixtures.upstreams import upstreams
from tests.repository import GOLDEN

TABLES = {
    "packages": "pkgwatch-packages-local",
    "keys": "pkgwatch-api-keys-local",
    "events": "pkgwatch-referral-events-local",
    "billing": "pkgwatch-billing-events-local",
}
STORAGE = GOLDEN / "pkgwatch" / "local" / "storage.json"
SESSION_SECRET = "a secret of these tests"


@pytest.fixture(scope="session")
def variables(aws: Callable[[str], Any]) -> dict[str, str]:
    """Creates the documented tables, a queue, a secret and a sender; what leads functions to them."""
    for table in _tables():
        aws("dynamodb").create_table(**table)
    aws("secretsmanager").create_secret(Name="test/session", SecretString=json.dumps({"secret": SESSION_SECRET}))
    aws("ses").verify_domain_identity(Domain="pkgwatch.dev")
    queue = aws("sqs").create_queue(QueueName="packages")["QueueUrl"]
    return {
        "PACKAGES_TABLE": TABLES["packages"],
        "API_KEYS_TABLE": TABLES["keys"],
        "REFERRAL_EVENTS_TABLE": TABLES["events"],
        "BILLING_EVENTS_TABLE": TABLES["billing"],
        "PACKAGE_QUEUE_URL": queue,
        "SESSION_SECRET_ARN": "test/session",
        "RESPONSE_FLOOR_SECONDS": "0",
        "REDIRECT_FLOOR_SECONDS": "0",
    }


def _tables() -> list[dict[str, Any]]:
    """The tables as their template has them: a missing index or attribute in one is seen here."""
    taken = ("TableName", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
    found = [
        resource["Properties"]
        for resource in json.loads(STORAGE.read_text(encoding="utf-8"))["Resources"].values()
        if resource["Type"] == "AWS::DynamoDB::Table"
    ]
    return [{name: table[name] for name in taken if name in table} for table in found]


@pytest.fixture(scope="session")
def cached() -> tuple[Any, ...]:
    return (settings,)


@dataclass(frozen=True)
class World:
    """The tables as the functions see them, and what tests put there. Names are new each time, so tests do not
    meet each other's items."""

    packages: Table
    keys: Table
    events: Table
    billing: Table
    queue_url: str
    emulator: Emulator

    def package(self, **attributes: Any) -> str:
        """A package that can be shown; its npm name."""
        name = f"package-{secrets.token_hex(6)}"
        item = {
            "latest_version": "2.0.1",
            "health_score": 71.4,
            "weekly_downloads": 120_345,
            "data_status": "complete",
            "risk_level": "MEDIUM",
            **attributes,
        }
        shown = {field: value for field, value in item.items() if value is not None}
        self.packages.put({"pk": f"npm#{name}", "sk": "LATEST", "name": name, "ecosystem": "npm", **shown})
        return name

    def user(self, tier: str = "free", **meta: Any) -> tuple[str, str]:
        """A user with one key: the clear key and the user id. ``meta`` is the USER_META item, if any."""
        clear, user_id = f"pw_{secrets.token_urlsafe(32)}", f"user_{secrets.token_hex(8)}"
        hashed = api_keys.key_hash(clear)
        self.keys.put({"pk": user_id, "sk": hashed, "key_hash": hashed, "tier": tier, "email": "a@example.com"})
        if meta:
            self.keys.put({"pk": user_id, "sk": "USER_META", **meta})
        return clear, user_id

    def meta(self, user_id: str) -> dict[str, Any]:
        """The user's record."""
        return self.keys.get((user_id, "USER_META")) or {}

    def key_count(self, clear: str, user_id: str) -> int:
        """What the key's own statistics say."""
        return (self.keys.get((user_id, api_keys.key_hash(clear))) or {}).get("requests_this_month", 0)

    def mails(self, to: str) -> list[dict[str, Any]]:
        """What was sent to an address, oldest first: Source, Subject, BodyText, BodyHtml."""
        return mails(self.emulator, to)

    def queued(self) -> list[dict[str, Any]]:
        """Takes everything out of the package queue."""
        return Queue(self.queue_url).take()


@pytest.fixture
def world(environment: pytest.MonkeyPatch, emulator: Emulator) -> World:
    """The emulator's tables and queue."""
    client = aws.client("dynamodb")
    tables = {name: Table(client, table) for name, table in TABLES.items()}
    return World(**tables, queue_url=os.environ["PACKAGE_QUEUE_URL"], emulator=emulator)


@pytest.fixture
def missing_table(world: World) -> Table:
    """A table that answers every call with an error."""
    return Table(world.keys.client, "there-is-no-such-table")


@pytest.fixture
def no_packages(world: World) -> None:
    """No packages but the test's own: a run reads the whole table."""
    for item in list(world.packages.scan("sk = :latest", {"latest": "LATEST"}, ("pk", "sk"))):
        world.packages.delete((item["pk"], item["sk"]))


@pytest.fixture(scope="session")
def playing() -> Iterator[Upstreams]:
    with upstreams() as running:
        yield running


@pytest.fixture
def upstream(playing: Upstreams) -> Upstreams:
    """The upstreams of packages, on this machine and in good health."""
    playing.heal()
    return playing


@pytest.fixture
def source_ip() -> str:
    """An IP address that was not used before."""
    return f"198.51.{secrets.randbelow(250)}.{secrets.randbelow(250)}-{secrets.token_hex(4)}"
