"""Where does the next part of a list begin? Lists are answered in parts, each with the cursor of the one after it.

A cursor is the sort key of the last item, without the prefix that all items of the list have. It begins nothing but
that list, whatever a client makes of it: prefix and partition are not in it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.common.dynamodb import Key
from handlers.common.web.request import Request
from handlers.kefir.data.items import Item
from handlers.kefir.web.errors import validation_error

_BYTES = 2_000_000  # of a part's items; a response has them twice, under two names, and at most 6 MB
_MAX_CURSOR = 1000  # characters


@dataclass(slots=True)
class Part:
    """Up to ``limit`` items of a list, as clients see them, and no more than fit into a response. ``last`` is the key
    of the last item that was looked at; ``more`` whether the list goes on after it."""

    limit: int
    last: Key | None
    items: list[Item] = field(default_factory=list)
    more: bool = False
    _bytes: int = 0

    def take(self, view: Item) -> bool:
        """Adds an item; False, and the list goes on with it, if there is no room."""
        self._bytes += len(json.dumps(view))
        if len(self.items) == self.limit or (self.items and self._bytes > _BYTES):
            self.more = True
            return False
        self.items.append(view)
        return True

    def following(self, prefix: str) -> Mapping[str, str]:
        """``nextCursor``, if the list goes on."""
        if not self.more or self.last is None:
            return {}
        return {"nextCursor": base64.urlsafe_b64encode(self.last[1].removeprefix(prefix).encode()).decode().rstrip("=")}


def first_key(request: Request, partition: str, prefix: str) -> Key | None:
    """The key after which the part that a request asks for begins, None for the first one. Raises `ApiError` 400."""
    sent = request.query.get("cursor")
    if sent is None:
        return None
    try:
        if not sent or len(sent) > _MAX_CURSOR:
            raise ValueError("no cursor")
        text = base64.b64decode(sent + "=" * (-len(sent) % 4), altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise validation_error([("cursor", "Expected the nextCursor of an earlier response")]) from error
    return (partition, prefix + text)
