"""Events: the timeline of a batch."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.web.response import Response
from handlers.common.web.serve import Routes, serve
from handlers.kefir.batches.records import own_batch
from handlers.kefir.data import timestamps
from handlers.kefir.data.documents import Document
from handlers.kefir.data.items import BATCHES, EVENTS, Item, items_below, key_attributes, public_attributes
from handlers.kefir.web.api import API, Call, envelope_response
from handlers.kefir.web.body import parse
from handlers.kefir.web.paging import Part, first_key
from handlers.kefir.web.query import count

_DEFAULT_LIMIT = _HIGHEST_LIMIT = 1000
_HIGHEST_NUMBER = 999_999_999  # that a client may send, which is then taken for the highest limit


class NewEvent(Struct, rename="camel"):
    """The documented body of POST /batches/{id}/events."""

    type: Literal["stage_change", "observation", "photo_added", "status_change", "note"]
    description: Annotated[str, Meta(max_length=1000)]
    timestamp: timestamps.Timestamp | UnsetType = UNSET
    metadata: Document | UnsetType = UNSET
    photo_key: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def create(call: Call) -> Response:
    """POST /batches/{id}/events"""
    batch = own_batch(call)
    now, event_id = timestamps.iso(call.now), str(uuid.uuid4())
    sent = {"timestamp": now, **parse(call.request, NewEvent)}
    time = timestamps.iso(timestamps.parse(sent["timestamp"]))
    event = {
        **key_attributes((BATCHES + batch["batchId"], f"{EVENTS}{time}#{event_id}")),
        "eventId": event_id,
        "batchId": batch["batchId"],
        "userId": call.caller.id,
        **sent,
        "createdAt": now,
        "updatedAt": now,
    }
    call.table.put(event)
    view = public_attributes(event)
    return envelope_response(201, view, event=view)


def list_events(call: Call) -> Response:
    """GET /batches/{id}/events: the newest first, or those after a ``cursor``."""
    limit = min(count(call.request, "limit", _HIGHEST_NUMBER) or _DEFAULT_LIMIT, _HIGHEST_LIMIT)
    batch = own_batch(call)
    partition = BATCHES + batch["batchId"]
    part = Part(limit, first_key(call.request, partition, EVENTS))
    values = {"pk": partition, "events": EVENTS}
    found = call.table.newest("PK = :pk AND begins_with(SK, :events)", values, limit + 1, part.last)
    for event in found:
        if not part.take(public_attributes(event)):
            break
        part.last = (event["PK"], event["SK"])
    return envelope_response(200, part.items, events=part.items, count=len(part.items), **part.following(EVENTS))


def delete(call: Call) -> Response:
    """DELETE /batches/{id}/events/{timestamp}: deletes all events of that millisecond."""
    batch = own_batch(call)
    for event in _events_at(call, batch["batchId"], call.request.path.get("timestamp") or ""):
        call.table.delete((event["PK"], event["SK"]))
    return envelope_response(200, None, message="Event deleted successfully")


def _events_at(call: Call, batch_id: str, timestamp: str) -> list[Item]:
    try:
        time = timestamps.iso(timestamps.parse(timestamp))
    except ValueError:
        return []
    return list(items_below(call.table, BATCHES + batch_id, EVENTS + time))


ROUTES: Routes[Call] = {
    "POST /batches/{id}/events": create,
    "GET /batches/{id}/events": list_events,
    "DELETE /batches/{id}/events/{timestamp}": delete,
}
