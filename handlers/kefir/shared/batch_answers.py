"""What are the answers to the routes of batches?"""

from __future__ import annotations

import uuid
from typing import Any

from handlers.common.transactions import put, transact
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.kefir.shared import moments
from handlers.kefir.shared.batch_shapes import STAGES, STATUSES, BatchChange, NewBatch, NewForm
from handlers.kefir.shared.batch_words import STAGED, app_view, batch_view, documented, has_status, name_of
from handlers.kefir.shared.batches import change, own_batch, own_batches
from handlers.kefir.shared.bodies import choice, count, parse
from handlers.kefir.shared.items import BATCHES, Item, keyed, owned_key
from handlers.kefir.shared.photos import bucket, links
from handlers.kefir.shared.reminders import cancel_all, new_reminder
from handlers.kefir.shared.settings import settings
from handlers.kefir.web.api import Call, envelope_response

_SHOWN, _MOST_SHOWN = 50, 100
_FORM_FIELDS = {"waterVolumeMl", "fruits"}


def create(call: Call) -> Response:
    """POST /batches: a new batch; one made by the app's form has a reminder for the end of its first stage."""
    if _is_form(call.request):
        batch = _new_batch(call, _from_form(call.request))
        due = moments.stamp(moments.after(call.now, batch["targetDuration"]))
        sent = {"scheduledTime": due, "message": f"Check {batch['name']}: its first stage is over"[:200]}
        reminder = new_reminder(call, batch, {**sent, "type": "stage1_check"})
        transact(call.table.client, [put(call.table, batch), put(call.table, reminder)])
    else:
        batch = _new_batch(call, parse(call.request, NewBatch))
        call.table.put(batch)
    return _one(201, batch, "Batch created successfully")


def listing(call: Call) -> Response:
    """GET /batches: the newest of those in a stage and state, if one is named."""
    stage = choice(call.request, "stage", STAGES)
    status = choice(call.request, "status", (*STATUSES, *STAGED))
    limit = count(call.request, "limit", _MOST_SHOWN) or _SHOWN
    found = [
        batch
        for batch in own_batches(call)
        if (stage is None or batch.get("stage") == stage) and (status is None or has_status(batch, status))
    ]
    views = [_view(batch) for batch in found[:limit]]
    return envelope_response(200, [app_view(view) for view in views], batches=views, count=len(views))


def get(call: Call) -> Response:
    """GET /batches/{id}"""
    return _one(200, own_batch(call))


def update(call: Call) -> Response:
    """PUT and PATCH /batches/{id}: what is sent is changed, and nothing else."""
    batch = own_batch(call)
    sent = documented(parse(call.request, BatchChange), batch)
    values = {**sent, "updatedAt": moments.stamp(call.now)}
    return _one(200, change(call, batch, _setting(values), values), "Batch updated successfully")


def archive(call: Call) -> Response:
    """DELETE /batches/{id}: the batch stays, but nothing reminds of it any more."""
    batch = own_batch(call)
    values = {"status": "archived", "updatedAt": moments.stamp(call.now)}
    archived = change(call, batch, _setting(values), values)
    cancel_all(call, batch["batchId"])
    return envelope_response(200, app_view(_view(archived)), message="Batch archived successfully")


def _is_form(request: Request) -> bool:
    try:
        sent = request.json()
    except ValueError:
        return False  # the answer says so
    return isinstance(sent, dict) and "stage" not in sent and bool(_FORM_FIELDS & set(sent))


def _from_form(request: Request) -> Item:
    sent = parse(request, NewForm)
    return {**documented(sent, {}), "name": name_of(sent["fruits"]), "stage": "stage1_open"}


def _new_batch(call: Call, sent: Item) -> Item:
    batch_id, now = str(uuid.uuid4()), moments.stamp(call.now)
    return {
        **keyed(call.table, owned_key(call.caller.id, BATCHES, batch_id)),
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


def _setting(values: dict[str, Any]) -> str:
    return "SET " + ", ".join(f"#{name} = :{name}" for name in values)


def _view(batch: Item) -> Item:
    return batch_view(batch, settings().web_domain, links(batch, bucket()))


def _one(status: int, batch: Item, message: str = "") -> Response:
    view = _view(batch)
    return envelope_response(status, app_view(view), batch=view, **({"message": message} if message else {}))
