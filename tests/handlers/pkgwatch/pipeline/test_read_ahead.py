"""The items of a batch's packages, read before the packages are collected."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.handlers.pkgwatch.fixtures.collector import Collector, message


class Reads:
    """The table, which remembers what was read one by one; ``broken`` if it reads nothing at once."""

    def __init__(self, table: Any, broken: bool = False) -> None:
        self._table, self._broken = table, broken
        self.single: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def get(self, key: Any, **options: Any) -> Any:
        self.single.append(key[0])
        return self._table.get(key, **options)

    def batch(self, keys: Any, **options: Any) -> Any:
        if self._broken:
            raise EndpointConnectionError(endpoint_url="nowhere")
        found, left = self._table.batch(keys[1:], **options)
        return found, [*left, keys[0]]


@pytest.mark.parametrize("broken", [False, True])
def test_the_items_of_a_batch_are_read_at_once_and_the_rest_one_by_one(collector: Collector, broken: bool) -> None:
    """What DynamoDB leaves unprocessed is the rest, and so is everything if the call fails."""
    keys = ["npm#semver", "npm#uuid", "npm#redux"]
    table = collector.packages
    for key in keys:
        table.put({"pk": key, "sk": "LATEST", "data_status": "pending" if key == "npm#uuid" else "abandoned_partial"})
    collector.packages = reads = Reads(table, broken)  # type: ignore[assignment]
    assert collector.deliver(*map(message, keys)) == []
    assert sorted(reads.single) == (sorted(keys) if broken else [keys[0]])
    assert collector.counted()["PackagesCollected npm"] == 1
    assert table.get(("npm#uuid", "LATEST"))["data_status"] == "complete"  # type: ignore[index]
