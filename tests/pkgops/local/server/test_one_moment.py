"""Do tables and objects come back from one moment, whenever the emulator is killed?"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
from collections.abc import Iterator

import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.local.home import Home
from pkgops.local.saved_states import SavedStates
from tests.emulator import client
from tests.waiting import eventually

pytestmark = pytest.mark.emulator

KILLS = int(os.environ.get("PKGOPS_STATE_KILLS", "1"))


@pytest.fixture
def photos(fresh: Emulator) -> Emulator:
    """A bucket and a table whose items each name an object."""
    fresh.up()
    client(fresh, "s3").create_bucket(Bucket="photos")
    client(fresh, "dynamodb").create_table(
        TableName="photos",
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    eventually(lambda: SavedStates(Home(fresh.home)).newest() > 0)
    return fresh


@contextlib.contextmanager
def written(emulator: Emulator, prefix: str) -> Iterator[None]:
    """Objects, each followed by its item, and later the other way round; until the emulator is gone."""
    ended = threading.Event()

    def write() -> None:
        s3, dynamodb = client(emulator, "s3"), client(emulator, "dynamodb")
        with contextlib.suppress(Exception):
            for number in range(100_000):
                key = f"{prefix}/{number}"
                s3.put_object(Bucket="photos", Key=key, Body=key.encode())
                dynamodb.put_item(TableName="photos", Item={"key": {"S": key}})
                if number % 3 == 0:
                    dynamodb.delete_item(TableName="photos", Key={"key": {"S": key}})
                    s3.delete_object(Bucket="photos", Key=key)
        ended.set()

    thread = threading.Thread(target=write)
    thread.start()
    yield
    thread.join(30)
    assert ended.is_set()


def test_no_item_is_without_the_object_that_was_there_before_it(photos: Emulator) -> None:
    chance = random.Random(0)
    for kill in range(KILLS):
        states = SavedStates(Home(photos.home))
        before, pid = states.newest(), photos.status().pid
        with written(photos, str(kill)):
            eventually(lambda: states.newest() > before)  # noqa: B023 - called in this round
            threading.Event().wait(chance.uniform(0.0, 0.3))
            os.kill(pid, signal.SIGKILL)
        assert "what changed since" in photos.up().note
        rows = client(photos, "dynamodb").get_paginator("scan").paginate(TableName="photos")
        items = {item["key"]["S"] for page in rows for item in page["Items"]}
        assert items
        s3 = client(photos, "s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="photos")
        there = {row["Key"] for page in pages for row in page.get("Contents", [])}
        assert items <= there
        last = sorted(items)[-1]
        assert s3.get_object(Bucket="photos", Key=last)["Body"].read() == last.encode()
        assert len(there - items) <= kill + 1  # in each round the one whose item was next
