"""Interactions and leads: from a message to the items that are stored of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from handlers.keyvex.analytics.messages import AnalyticsMessage
from handlers.keyvex.shared.batch import Delivery
from handlers.keyvex.shared.clock import utc_date
from handlers.keyvex.shared.items import index_key, new_item
from handlers.keyvex.shared.messages import decode

# One transaction takes 100 writes and 4 MB: an interaction is at most two writes with nearly all of its body in each,
# beside those of the summary and of each day.
_WRITES = 30
_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Interaction:
    """A message with the delivery it came in; ``time`` is in milliseconds and the same in every delivery, because it
    is part of the interaction's key."""

    delivery: Delivery
    message: AnalyticsMessage
    time: int

    @property
    def date(self) -> str:
        """The day it is counted for, in UTC."""
        return utc_date(self.time)

    def item(self) -> dict[str, Any]:
        """The interaction as it is stored, with everything that the message had in ``data``."""
        message, name = self.message, self.delivery.message_id
        data = msgspec.json.decode(self.delivery.body).get("data") or {}
        return new_item(
            (f"TOOL#{message.tool_id}", f"INTERACTION#{self.time}#{name}"),
            "INTERACTION",
            self.time,
            {
                **index_key(1, f"ANALYTICS#{message.tool_id}", f"{message.interaction_type}#{self.time}"),
                "toolId": message.tool_id,
                "interactionId": name,
                "sessionId": message.known.session_id,
                "interactionType": message.interaction_type,
                "interactionData": data,
                "timestamp": self.time,
            },
        )

    def lead(self) -> dict[str, Any] | None:
        """The lead that was left, if any."""
        message, name, data = self.message, self.delivery.message_id, self.message.known
        who = data.lead_data
        if message.interaction_type != "lead_capture" or who is None:
            return None
        source = {"referrer": data.referrer, "utm": data.utm, "userAgent": data.user_agent}
        return new_item(
            (f"TOOL#{message.tool_id}", f"LEAD#{name}"),
            "LEAD",
            self.time,
            {
                **(index_key(1, f"EMAIL#{who.email.lower()}", f"LEAD#{self.time}") if who.email else {}),
                "leadId": name,
                "toolId": message.tool_id,
                "email": who.email or None,
                "name": who.name,
                "company": who.company,
                "phone": who.phone,
                "responses": data.responses,
                "score": data.score,
                "resultCategory": data.result_category,
                "source": {name: value for name, value in source.items() if value is not None},
            },
        )


def read(delivery: Delivery) -> Interaction:
    """The interaction in a delivery. Raises `InvalidMessage`."""
    message: AnalyticsMessage = decode(delivery.body, AnalyticsMessage)
    return Interaction(delivery, message, message.time(delivery.sent))


def chunks(interactions: Sequence[Interaction]) -> Iterator[list[Interaction]]:
    """The interactions in lists that fit into one transaction each; a message delivered twice is in one of them."""
    chunk: list[Interaction] = []
    size = 0
    for one in {one.delivery.message_id: one for one in interactions}.values():
        length = len(one.delivery.body.encode())
        if chunk and (len(chunk) == _WRITES or size + length > _BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(one)
        size += length
    if chunk:
        yield chunk
