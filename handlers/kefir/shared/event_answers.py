"""What are the answers to the routes of events?"""

from __future__ import annotations

import uuid
from itertools import islice
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.web.response import Response
from handlers.kefir.shared import moments
from handlers.kefir.shared.batches import own_batch
from handlers.kefir.shared.bodies import count, parse
from handlers.kefir.shared.documents import Document
from handlers.kefir.shared.items import BATCHES, EVENTS, below, keyed, shown
from handlers.kefir.web.api import Call, envelope_response

_MOST = 999_999_999


class NewEvent(Struct, rename="camel"):
    """The documented body."""

    type: Literal["stage_change", "observation", "photo_added", "status_change", "note"]
    description: Annotated[str, Meta(max_length=1000)]
    timestamp: moments.Moment | UnsetType = UNSET
    metadata: Document | UnsetType = UNSET
    photo_key: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET


def create(call: Call) -> Response:
    """POST /batches/{id}/events: something has happened to a batch."""
    batch = own_batch(call)
    now, event_id = moments.stamp(call.now), str(uuid.uuid4())
    sent = {"timestamp": now, **parse(call.request, NewEvent)}
    moment = moments.stamp(moments.read(sent["timestamp"]))
    event = {
        **keyed(call.table, (BATCHES + batch["batchId"], f"{EVENTS}{moment}#{event_id}")),
        "eventId": event_id,
        "batchId": batch["batchId"],
        "userId": call.caller.id,
        **sent,
        "createdAt": now,
        "updatedAt": now,
    }
    call.table.put(event)
    return envelope_response(201, shown(event), event=shown(event))


def listing(call: Call) -> Response:
    """GET /batches/{id}/events: what happened, the newest first."""
    limit = count(call.request, "limit", _MOST)
    batch = own_batch(call)
    found = below(call.table, BATCHES + batch["batchId"], EVENTS, descending=True)
    events = [shown(event) for event in islice(found, limit)]
    return envelope_response(200, events, events=events, count=len(events))


def delete(call: Call) -> Response:
    """DELETE /batches/{id}/events/{timestamp}: what happened in that millisecond is forgotten."""
    batch = own_batch(call)
    for event in _at(call, batch["batchId"], call.request.path.get("timestamp") or ""):
        call.table.delete((event["PK"], event["SK"]))
    return envelope_response(200, None, message="Event deleted successfully")


def _at(call: Call, batch_id: str, timestamp: str) -> list[dict[str, str]]:
    try:
        moment = moments.stamp(moments.read(timestamp))
    except ValueError:
        return []
    return list(below(call.table, BATCHES + batch_id, EVENTS + moment))
