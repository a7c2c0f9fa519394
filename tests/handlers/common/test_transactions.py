"""Transactions of several items, and reading them."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handlers.common.dynamodb import ConditionFailed
from handlers.common.transactions import Cancelled, delete, put, transact, update


@pytest.fixture
def pk() -> str:
    return f"pk-{secrets.token_hex(8)}"


def test_all_writes_are_made(world: Any, pk: str) -> None:
    world.keys.put({"pk": pk, "sk": "gone"})
    world.keys.put({"pk": pk, "sk": "counted", "name": "x"})
    writes = [
        put(world.events, {"pk": pk, "sk": "new"}, "attribute_not_exists(pk)"),
        update(world.keys, (pk, "counted"), "ADD n :n SET #name = :y", {"n": 2, "y": "y"}, "attribute_exists(pk)"),
        delete(world.keys, (pk, "gone"), "#sk = :sk", {"sk": "gone"}),
    ]
    transact(world.keys.client, writes)
    assert world.events.get((pk, "new")) == {"pk": pk, "sk": "new"}
    assert world.keys.partition(pk, consistent=True) == [{"pk": pk, "sk": "counted", "name": "y", "n": 2}]


def test_none_is_made_if_a_condition_fails(world: Any, pk: str) -> None:
    world.keys.put({"pk": pk, "sk": "there", "n": 1})
    writes = [
        put(world.events, {"pk": pk, "sk": "new"}),
        put(world.keys, {"pk": pk, "sk": "there"}, "attribute_not_exists(pk)"),
        delete(world.keys, (pk, "absent"), "attribute_exists(pk)"),
    ]
    with pytest.raises(Cancelled) as cancelled:
        transact(world.keys.client, writes)
    assert cancelled.value.failed == [False, True, True]
    assert cancelled.value.items == [None, {"pk": pk, "sk": "there", "n": 1}, None]
    assert world.events.get((pk, "new")) is None


def test_other_refusals_are_errors(world: Any, missing_table: Any, pk: str) -> None:
    with pytest.raises(ClientError):
        transact(world.keys.client, [put(missing_table, {"pk": pk, "sk": "x"})])


def test_transactions_that_meet_are_all_made(world: Any, at_once: Any, pk: str) -> None:
    def add(number: int) -> None:
        own = put(world.keys, {"pk": pk, "sk": f"own-{number}"})
        transact(world.keys.client, [own, update(world.keys, (pk, "total"), "ADD n :one", {"one": 1})])

    at_once(add, 12)
    assert world.keys.get((pk, "total"), consistent=True)["n"] == 12
    assert len(world.keys.partition(pk)) == 13


def test_an_item_is_taken_once(world: Any, at_once: Any, pk: str) -> None:
    world.keys.put({"pk": pk, "sk": "x", "n": 1})
    taken = at_once(lambda _: world.keys.take((pk, "x")), 8)
    assert [item for item in taken if item] == [{"pk": pk, "sk": "x", "n": 1}]


def test_an_item_is_not_taken_against_the_condition(world: Any, pk: str) -> None:
    world.keys.put({"pk": pk, "sk": "x", "n": 1})
    with pytest.raises(ConditionFailed) as failed:
        world.keys.take((pk, "x"), "n = :two", {"two": 2})
    assert failed.value.item == {"pk": pk, "sk": "x", "n": 1}


def test_partitions_and_scans_have_all_pages(world: Any, pk: str) -> None:
    for number in range(4):
        world.keys.put({"pk": pk, "sk": f"{number}", "filling": "x" * 390_000, "mark": pk})
    assert [item["sk"] for item in world.keys.partition(pk, ("sk",))] == ["0", "1", "2", "3"]
    found = world.keys.scan("#mark = :mark AND sk <> :two", {"mark": pk, "two": "2"})
    assert sorted(item["sk"] for item in found) == ["0", "1", "3"]
