"""Which of a user's batches come next, the newest first?

Batches are stored by their ids, which have no order. Beside each is an entry whose key begins with the time it was
created, so that a part of the list costs the same however many batches a user has. Batches from before there were
entries get theirs when their user's list is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers.common.dynamodb import Key, Table
from handlers.common.transactions import put, transact
from handlers.kefir.data.items import BATCHES, LISTED, Item, items_below, key_attributes, owned_key, user_partition
from handlers.kefir.data.users import ENTRIES, list_is_complete
from handlers.kefir.web.api import Call
from handlers.kefir.web.paging import Part

_MAX_READ = 1000  # batches for one part, of which a filter may leave few
_MAX_WRITES = 100  # of one transaction
_MAX_READS = 100  # of one call
_MAX_ROUNDS = 50


def entry(batch: Item) -> Item:
    """The entry of a batch in the list of its user."""
    position = f"{LISTED}{batch['createdAt']}#{batch['batchId']}"
    return {**key_attributes((batch["PK"], position)), "batchId": batch["batchId"]}


def part_of_batches(call: Call, part: Part, wanted: Callable[[Item], bool], view: Callable[[Item], Item]) -> Part:
    """Fills a part with the views of the batches that are wanted, from those after ``part.last`` on. After a thousand
    batches it is done in any case: what a filter leaves of more than that takes several parts."""
    _complete_entries(call)
    where, values = "PK = :pk AND begins_with(SK, :listed)", {"pk": user_partition(call.caller.id), "listed": LISTED}
    for _ in range(_MAX_READ // part.limit):
        entries = call.table.newest(where, values, part.limit + 1, part.last)
        batches = batches_by_id(call.table, call.caller.id, [each["batchId"] for each in entries[: part.limit]])
        for each in entries[: part.limit]:
            batch = batches.get(each["batchId"])
            if batch is not None and wanted(batch) and not part.take(view(batch)):
                return part
            part.last = (each["PK"], each["SK"])
        part.more = len(entries) > part.limit
        if not part.more or len(part.items) == part.limit:
            break
    return part


def batches_by_id(table: Table, user_id: str, ids: Sequence[str], attributes: Sequence[str] = ()) -> dict[str, Item]:
    """Those of a user's batches that have one of these (distinct) ids, as they are now, or only some of their
    attributes, of which ``batchId`` must be one."""
    keys: Sequence[Key] = [owned_key(user_id, BATCHES, each) for each in ids]
    found: dict[str, Item] = {}
    for _ in range(_MAX_ROUNDS):
        if not keys:
            return found
        items, left = table.batch(keys[:_MAX_READS], attributes, consistent=True)
        keys = [*left, *keys[_MAX_READS:]]
        found |= {item["batchId"]: item for item in items}
    raise RuntimeError("batches could not be read")


def _complete_entries(call: Call) -> None:
    """Writes the entries of batches that were created before there were any."""
    if call.user is None or call.user.result().get(ENTRIES):
        return
    batches = list(items_below(call.table, user_partition(call.caller.id), BATCHES))
    for start in range(0, len(batches), _MAX_WRITES):
        part = [entry(batch) for batch in batches[start : start + _MAX_WRITES] if batch.get("createdAt")]
        if part:
            transact(call.table.client, [put(call.table, each) for each in part])
    list_is_complete(call.table, call.caller.id)
