"""The devices and batches of due reminders, read from the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from handlers.common.attributes import plain_item
from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Key, Table
from handlers.common.logs import logger
from handlers.kefir.data.items import BATCHES, DEVICES, Item, items_below
from handlers.kefir.devices.records import reachable

_MAX_READS = 100  # of one transaction
_ATTRIBUTES = ("#status", "#name")


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
    parts = [keys[start : start + _MAX_READS] for start in range(0, len(keys), _MAX_READS)]
    batches = pool.map(lambda part: _batches(table, part), parts)
    devices = pool.map(lambda user: _devices(table, user), users)
    lookup = Lookup({}, {})
    for part in batches:
        lookup.batches.update(part)
    lookup.devices.update({user: each for user, each in zip(users, devices, strict=True) if each is not None})
    return lookup


def batch_key(reminder: Item) -> Key:
    """The key of a reminder's batch."""
    return (reminder["PK"], f"{BATCHES}{reminder.get('batchId', '')}")


def _devices(table: Table, user: str) -> list[dict[str, str]] | None:
    try:
        return reachable(items_below(table, user, DEVICES))
    except ServiceError:
        logger.exception("Devices could not be read")
        return None


def _batches(table: Table, keys: Sequence[Key]) -> dict[Key, Item]:
    """Reads a hundred batches in one call. It fails if one of them is being written: then each is read alone."""
    names = {name: name.removeprefix("#") for name in _ATTRIBUTES}
    wanted = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names, "TableName": table.name}
    try:
        answer = table.client.transact_get_items(
            TransactItems=[{"Get": {"Key": table.wire_key(key), **wanted}} for key in keys]
        )
        found: list[dict[str, Any]] = [plain_item(each.get("Item") or {}) for each in answer["Responses"]]
        return dict(zip(keys, found, strict=True))
    except ServiceError:
        return {key: batch for key in keys if (batch := _batch(table, key)) is not None}


def _batch(table: Table, key: Key) -> Item | None:
    try:
        return table.get(key, ("status", "name")) or {}
    except ServiceError:
        logger.exception("A batch could not be read")
        return None
