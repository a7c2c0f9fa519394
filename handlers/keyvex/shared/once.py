"""Messages that are delivered more than once and take effect once.

Who begins a message claims it; who finishes it marks it as done. A claim ends by itself with the invocation that made
it, so that a message is free again when its function was killed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from handlers.common.dynamodb import Table
from handlers.common.transactions import Cancelled, Write, check, put, transact
from handlers.keyvex.shared.items import DAY, expiry
from handlers.keyvex.shared.messages import NotProcessed

_ABSENT = "attribute_not_exists(PK)"


class InProgress(NotProcessed):
    """Another delivery of the message is being processed, for ``retry_after`` more seconds at most."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("another delivery of the message is being processed", retry_after)


@dataclass(slots=True)
class Claim:
    """The right to process a message. ``done`` says whether it is marked as processed."""

    table: Table
    message_id: str
    now: int
    done: bool = field(default=False)

    def completion(self) -> Write:
        """The mark, as part of a transaction with the message's effects; set ``done`` when that has succeeded."""
        return put(self.table, _item(self.message_id, "DONE", self.now, expiry(self.now, DAY)))

    def finish(self) -> None:
        """Marks the message as processed, if that has not been done with its effects."""
        if not self.done:
            self.table.put(_item(self.message_id, "DONE", self.now, expiry(self.now, DAY)))
            self.done = True

    def give_up(self, reason: str) -> None:
        """Notes why the message must not be tried again, for its next deliveries."""
        self.table.put({**_item(self.message_id, "REFUSED", self.now, expiry(self.now, DAY)), "reason": reason})

    def given_up(self) -> str:
        """Why an earlier delivery gave the message up; "" if none did."""
        found = self.table.get((_partition(self.message_id), "REFUSED"), consistent=True) or {}
        return str(found.get("reason", ""))

    def release(self) -> None:
        """Ends the claim of a message that failed, so that its next delivery can begin at once."""
        self.table.delete((_partition(self.message_id), "CLAIM"))


def claim(table: Table, message_id: str, now: int, seconds: float) -> Claim | None:
    """Claims a message for so many seconds; None if it has been processed. Raises `InProgress` while another claim
    holds."""
    item = _item(message_id, "CLAIM", now, math.ceil(now / 1000 + seconds))
    begin = put(table, item, f"{_ABSENT} OR #ttl <= :now", {"now": now // 1000})
    try:
        transact(table.client, [check(table, (_partition(message_id), "DONE"), _ABSENT), begin])
    except Cancelled as cancelled:
        if cancelled.failed[0]:
            return None
        raise InProgress(max(1, (cancelled.items[1] or {}).get("ttl", 0) - now // 1000)) from None
    return Claim(table, message_id, now)


def _partition(message_id: str) -> str:
    return f"IDEMPOTENCY#{message_id}"


def _item(message_id: str, state: str, now: int, ttl: int) -> dict[str, object]:
    return {"PK": _partition(message_id), "SK": state, "createdAt": now, "ttl": ttl}
