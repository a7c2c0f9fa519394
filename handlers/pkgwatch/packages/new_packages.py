"""The items of new packages, before their first collection."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.parallel import run_in_background
from handlers.common.timestamps import iso
from handlers.pkgwatch.packages.batch_read import read_rounds
from handlers.pkgwatch.packages.data_quality import NOT_FOUND, exists
from handlers.pkgwatch.packages.package_names import package_key
from handlers.pkgwatch.packages.package_queue import NEW_PACKAGE_TIER

BATCH = 100  # keys of one BatchGetItem

_FIRST_RETRY = timedelta(hours=1)  # unless it was collected by then
_ROUNDS = 5


def new_item(ecosystem: str, name: str, source: str, now: datetime, **attributes: Any) -> dict[str, Any]:
    """The item of a package not collected yet, with further ``attributes``. It has those that every index needs, so
    that the package is collected even if the message about it is lost."""
    key, sort_key = package_key(ecosystem, name)
    return {
        "pk": key,
        "sk": sort_key,
        "ecosystem": ecosystem,
        "name": name,
        "tier": NEW_PACKAGE_TIER,
        "source": source,
        "created_at": iso(now),
        "last_updated": iso(now),
        "data_status": "pending",
        "next_retry_at": iso(now + _FIRST_RETRY),
        "retry_count": 0,
        **attributes,
    }


def find_unknown(
    packages: Table, ecosystem: str, names: Sequence[str], sleep: Callable[[float], None] = time.sleep
) -> list[str]:
    """The (distinct, normalized) names of packages that have no item, in their order. Raises
    `handlers.common.aws.ServiceError` rather than report a known package as unknown."""
    parts = [names[start : start + BATCH] for start in range(0, len(names), BATCH)]
    reading = [run_in_background(_known, packages, ecosystem, part, sleep) for part in parts]
    known = {pk for part in reading for pk in part.result()}
    return [name for name in names if package_key(ecosystem, name)[0] not in known]


def add_items(packages: Table, items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Stores items, many at once; returns those that did not exist yet."""
    writing = [(item, run_in_background(add_item, packages, item)) for item in items]
    return [item for item, written in writing if written.result()]


def add_item(packages: Table, item: Mapping[str, Any]) -> bool:
    """Stores the item of a new package; False if the package has one already."""
    try:
        packages.put(item, "attribute_not_exists(pk) OR data_status = :not_found", {"not_found": NOT_FOUND})
    except ConditionFailed:
        return False
    return True


def _known(packages: Table, ecosystem: str, names: Sequence[str], sleep: Callable[[float], None]) -> list[str]:
    """The known names; one whose key DynamoDB left unprocessed counts as known, and is left to another run."""
    keys: Sequence[Key] = [package_key(ecosystem, name) for name in names]
    found: list[str] = []
    for items, left in read_rounds(packages, keys, ("pk", "data_status"), _ROUNDS, sleep):
        found += [item["pk"] for item in items if exists(item)]
        keys = left
    return found + [key[0] for key in keys]
