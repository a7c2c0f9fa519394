"""Batches, from their creation to the archive; `handlers.kefir.photos` has the routes of their photos."""

from __future__ import annotations

import uuid
from typing import Any

from handlers.common.transactions import put, transact
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.common.web.serve import Routes, serve
from handlers.kefir.batches.bodies import STAGES, STATUSES, BatchChange, NewBatch, NewForm
from handlers.kefir.batches.listing import entry, part_of_batches
from handlers.kefir.batches.records import own_batch, update_batch
from handlers.kefir.batches.translation import APP_STATUSES, form_to_documented, has_status, to_documented
from handlers.kefir.batches.views import app_view, batch_view
from handlers.kefir.data import timestamps
from handlers.kefir.data.items import (
    BATCHES,
    LISTED,
    Item,
    key_attributes,
    owned_key,
    set_expression,
    user_partition,
)
from handlers.kefir.photos import routes as photos
from handlers.kefir.reminders.records import cancel_reminders_of, new_reminder
from handlers.kefir.web.api import API, Call, envelope_response
from handlers.kefir.web.body import parse
from handlers.kefir.web.paging import Part, first_key
from handlers.kefir.web.query import choice, count

_DEFAULT_LIMIT, _HIGHEST_LIMIT = 50, 100
_FORM_FIELDS = {"waterVolumeMl", "fruits"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def create(call: Call) -> Response:
    """POST /batches: a new batch; one from the app's form gets a reminder for the end of its first stage."""
    if _is_form(call.request):
        batch = _new_batch(call, form_to_documented(parse(call.request, NewForm)))
        due = timestamps.iso(timestamps.add_hours(call.now, batch["targetDuration"]))
        message = f"Check {batch['name']}: its first stage is over"[:200]
        reminder = new_reminder(call, batch, {"scheduledTime": due, "message": message, "type": "stage1_check"})
        _store(call, batch, reminder)
    else:
        batch = _new_batch(call, parse(call.request, NewBatch))
        _store(call, batch)
    return _batch_response(201, batch, "Batch created successfully")


def list_batches(call: Call) -> Response:
    """GET /batches: the newest ones, optionally only those in a stage or state, or those after a ``cursor``."""
    stage = choice(call.request, "stage", STAGES)
    status = choice(call.request, "status", (*STATUSES, *APP_STATUSES))
    limit = count(call.request, "limit", _HIGHEST_LIMIT) or _DEFAULT_LIMIT

    def wanted(batch: Item) -> bool:
        return (stage is None or batch.get("stage") == stage) and (status is None or has_status(batch, status))

    after = first_key(call.request, user_partition(call.caller.id), LISTED)
    part = part_of_batches(call, Part(limit, after), wanted, batch_view)
    views, more = part.items, part.following(LISTED)
    return envelope_response(200, [app_view(view) for view in views], batches=views, count=len(views), **more)


def get(call: Call) -> Response:
    """GET /batches/{id}"""
    return _batch_response(200, own_batch(call))


def update(call: Call) -> Response:
    """PUT and PATCH /batches/{id}: changes the fields that are sent and no others; archiving cancels reminders."""
    batch = own_batch(call)
    sent = to_documented(parse(call.request, BatchChange), batch)
    values = {**sent, "updatedAt": timestamps.iso(call.now)}
    changed = update_batch(call, batch, set_expression(values), values)
    if sent.get("status") == "archived":
        cancel_reminders_of(call, batch["batchId"])
    return _batch_response(200, changed, "Batch updated successfully")


def archive(call: Call) -> Response:
    """DELETE /batches/{id}: keeps the batch, and cancels its reminders."""
    batch = own_batch(call)
    values = {"status": "archived", "updatedAt": timestamps.iso(call.now)}
    archived = update_batch(call, batch, set_expression(values), values)
    cancel_reminders_of(call, batch["batchId"])
    return envelope_response(200, app_view(batch_view(archived)), message="Batch archived successfully")


def _store(call: Call, batch: Item, *more: Item) -> None:
    transact(call.table.client, [put(call.table, item) for item in (batch, entry(batch), *more)])


def _is_form(request: Request) -> bool:
    try:
        sent = request.json()
    except ValueError:
        return False  # the parser reports it
    return isinstance(sent, dict) and "stage" not in sent and bool(_FORM_FIELDS & set(sent))


def _new_batch(call: Call, sent: Item) -> Item:
    batch_id, now = str(uuid.uuid4()), timestamps.iso(call.now)
    return {
        **key_attributes(owned_key(call.caller.id, BATCHES, batch_id)),
        "GSI1PK": BATCHES + batch_id,
        "GSI1SK": f"USER#{call.caller.id}",
        "batchId": batch_id,
        "userId": call.caller.id,
        "startDate": now,
        "isPublic": False,
        **sent,
        "status": "active",
        "photoKeys": [],
        "createdAt": now,
        "updatedAt": now,
    }


def _batch_response(status: int, batch: Item, message: str = "") -> Response:
    view = batch_view(batch)
    return envelope_response(status, app_view(view), batch=view, **({"message": message} if message else {}))


ROUTES: Routes[Call] = {
    "POST /batches": create,
    "GET /batches": list_batches,
    "GET /batches/{id}": get,
    "PUT /batches/{id}": update,
    "PATCH /batches/{id}": update,
    "DELETE /batches/{id}": archive,
    "POST /batches/{id}/photo/upload-url": photos.create_upload_url,
    "POST /batches/{id}/photo": photos.add,
    "GET /batches/{id}/photos": photos.list_photos,
    # The app's own.
    "POST /batches/{id}/photos": photos.upload,
    "POST /batches/{id}/photos/upload-url": photos.create_app_upload_url,
    "DELETE /photos": photos.delete,
}
