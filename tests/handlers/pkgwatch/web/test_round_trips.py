"""The number of calls to DynamoDB a response takes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.common import aws
from handlers.pkgwatch.api import get_package, scan
from tests.handlers.gateway import call, proxy_event


@pytest.fixture
def asked(world: Any) -> Iterator[Counter[str]]:
    """Operations sent to DynamoDB, by name."""
    seen: Counter[str] = Counter()

    def count(event_name: str, **_: Any) -> None:
        seen[event_name.rpartition(".")[2]] += 1

    events = aws.client("dynamodb").meta.events
    events.register("before-send.dynamodb", count)
    yield seen
    events.unregister("before-send.dynamodb", count)


def test_a_package_takes_two_rounds_of_two_calls(world: Any, asked: Counter[str]) -> None:
    """Key and package at once, then the meter and the key's statistics at once: two waits, whatever the plan."""
    key, _ = world.user("pro")
    name = world.package()
    path = {"ecosystem": "npm", "name": name}
    asked.clear()
    event = proxy_event("GET", "/packages/{ecosystem}/{name}", path=path, headers={"X-API-Key": key})
    assert call(get_package.handler, event).status == 200
    assert asked == {"Query": 1, "GetItem": 1, "UpdateItem": 2}


def test_a_scan_of_a_hundred_takes_four_batches_besides_the_meter(world: Any, asked: Counter[str]) -> None:
    key, _ = world.user("pro")
    names = {world.package(): "*" for _ in range(100)}
    asked.clear()
    event = proxy_event("POST", "/scan", headers={"X-API-Key": key}, body=json.dumps({"dependencies": names}))
    answer = call(scan.handler, event)
    assert (answer.status, len(answer.json["packages"])) == (200, 100)
    assert asked == {"Query": 1, "UpdateItem": 2, "BatchGetItem": 4}
