"""The devices and batches of due reminders, read from the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from handlers.common.attributes import plain_item
from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Key, Table
from handlers.common.logs import logger
from handlers.kefir.data.items import BATCHES, DEVICES, Item, items_below, owned_key
from handlers.kefir.devices.records import reachable, token_key

_MAX_READS = 100  # of one transaction
_BATCH, _OWNER = ("status", "name"), ("userId", "deviceId")


@dataclass(frozen=True, slots=True)
class Lookup:
    """Devices by their user's partition, and batches by key. What could not be read is missing, what does not exist is
    empty."""

    devices: dict[str, list[dict[str, str]]]
    batches: dict[Key, Item]


def look_up(table: Table, reminders: Iterable[Item], pool: ThreadPoolExecutor) -> Lookup:
    """Reads the devices of each user once and each batch once."""
    found = list(reminders)
    users = list(dict.fromkeys(each["PK"] for each in found))
    keys = list(dict.fromkeys(batch_key(each) for each in found))
    batches = _read(table, keys, _BATCH, pool)
    devices = pool.map(lambda user: _devices(table, user), users)
    by_user = {user: each for user, each in zip(users, devices, strict=True) if each is not None}
    tokens = dict.fromkeys(token_key(device["token"]) for each in by_user.values() for device in each)
    owners = dict(_read(table, list(tokens), _OWNER, pool))
    return Lookup({user: _own(each, owners) for user, each in by_user.items()}, dict(batches))


def batch_key(reminder: Item) -> Key:
    """The key of a reminder's batch."""
    return (reminder["PK"], f"{BATCHES}{reminder.get('batchId', '')}")


def _devices(table: Table, user: str) -> list[dict[str, str]] | None:
    try:
        return reachable(items_below(table, user, DEVICES))
    except ServiceError:
        logger.exception("Devices could not be read")
        return None


def _own(devices: Iterable[dict[str, str]], owners: Mapping[Key, Item]) -> list[dict[str, str]]:
    """Those whose token has no other owner: another user may have registered it without this device's being disabled,
    before that was made sure. A token whose owner could not be read is left out."""
    return [device for device in devices if _is_own(device, owners.get(token_key(device["token"])))]


def _is_own(device: Mapping[str, str], owner: Item | None) -> bool:
    if not owner:
        return owner is not None
    return (device["PK"], device["SK"]) == owned_key(owner["userId"], DEVICES, owner["deviceId"])


def _read(
    table: Table, keys: Sequence[Key], attributes: Sequence[str], pool: ThreadPoolExecutor
) -> Iterator[tuple[Key, Item]]:
    """Attributes of items by their keys, {} for one that does not exist; those that cannot be read are missing."""
    parts = [keys[start : start + _MAX_READS] for start in range(0, len(keys), _MAX_READS)]
    reading = pool.map(lambda part: _items(table, part, attributes), parts)
    return (row for part in reading for row in part.items())


def _items(table: Table, keys: Sequence[Key], attributes: Sequence[str]) -> dict[Key, Item]:
    """Reads a hundred items in one call. It fails if one of them is being written: then each is read alone."""
    names = {f"#{name}": name for name in attributes}
    wanted = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names, "TableName": table.name}
    try:
        answer = table.client.transact_get_items(
            TransactItems=[{"Get": {"Key": table.wire_key(key), **wanted}} for key in keys]
        )
        found: list[dict[str, Any]] = [plain_item(each.get("Item") or {}) for each in answer["Responses"]]
        return dict(zip(keys, found, strict=True))
    except ServiceError:
        return {key: item for key in keys if (item := _item(table, key, attributes)) is not None}


def _item(table: Table, key: Key, attributes: Sequence[str]) -> Item | None:
    try:
        return table.get(key, attributes) or {}
    except ServiceError:
        logger.exception("An item could not be read", extra={"key": key[1]})
        return None
