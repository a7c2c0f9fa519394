"""Reminders of the caller: suggested, confirmed, listed, cancelled, completed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.transactions import put, transact
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.common.web.serve import Routes, serve
from handlers.kefir.batches.listing import batches_by_id
from handlers.kefir.batches.records import own_batch
from handlers.kefir.data import timestamps
from handlers.kefir.data.items import BATCHES, Item, is_id, owned_key, public_attributes
from handlers.kefir.reminders import records
from handlers.kefir.reminders.state import due_time, is_pending, reminder_view
from handlers.kefir.reminders.suggestions import suggestions
from handlers.kefir.web.api import API, Call, envelope_response
from handlers.kefir.web.body import parse
from handlers.kefir.web.errors import validation_error
from handlers.kefir.web.paging import Part, first_key
from handlers.kefir.web.query import choice, count

_MOST = 100  # the writes of one transaction
_LONGEST = 1000  # reminders of one response
_HIGHEST_NUMBER = 999_999_999


class NewReminder(Struct, rename="camel"):
    """One reminder of `ConfirmBody`."""

    scheduled_time: timestamps.Timestamp
    message: Annotated[str, Meta(min_length=1, max_length=200)]
    type: Annotated[str, Meta(min_length=1, max_length=50)] | UnsetType = UNSET


class ConfirmBody(Struct):
    """The documented body of POST /batches/{id}/reminders/confirm."""

    reminders: list[NewReminder]


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def list_suggestions(call: Call) -> Response:
    """GET /batches/{id}/reminders/suggestions"""
    found = suggestions(own_batch(call))
    return envelope_response(200, found, suggestions=found)


def confirm(call: Call) -> Response:
    """POST /batches/{id}/reminders/confirm: creates all of these, or none."""
    batch = own_batch(call)
    wanted = parse(call.request, ConfirmBody)["reminders"]
    if len(wanted) > _MOST:
        raise validation_error([("reminders", f"Expected at most {_MOST}")])
    if any(timestamps.parse(each["scheduledTime"]) <= call.now for each in wanted):
        raise ApiError(400, "BAD_REQUEST", "Scheduled time must be in the future")
    created = [records.new_reminder(call, batch, each) for each in wanted]
    if created:
        transact(call.table.client, [put(call.table, each) for each in created])
    return _list_response(201, created, {batch["batchId"]: batch["name"]})


def list_own(call: Call) -> Response:
    """GET /me/reminders: the pending ones, or all with ``includeAll=true``."""
    found = records.own_reminders(call)
    if call.request.query.get("includeAll") != "true":
        now = timestamps.iso(call.now)
        found = [each for each in found if is_pending(each) and due_time(each) > now]
    return _part_response(call, found)


def list_for_app(call: Call) -> Response:
    """GET /reminders: all that are not cancelled, optionally only the completed or the open ones."""
    wanted = choice(call.request, "completed", ("true", "false"))
    found = [
        each
        for each in _not_cancelled(records.own_reminders(call))
        if wanted is None or (each.get("completed") is True) == (wanted == "true")
    ]
    return _part_response(call, found)


def list_of_batch(call: Call) -> Response:
    """GET /batches/{id}/reminders"""
    batch = own_batch(call)
    reminders = _not_cancelled(records.own_reminders(call))
    return _part_response(call, [each for each in reminders if each.get("batchId") == batch["batchId"]])


def cancel(call: Call) -> Response:
    """DELETE /me/reminders/{id}"""
    cancelled = records.cancel(call, call.request.path.get("id") or "")
    if cancelled is None:
        raise _not_found()
    return envelope_response(200, _view(call, cancelled), message="Reminder cancelled successfully")


def complete(call: Call) -> Response:
    """POST /reminders/{id}/complete"""
    completed = records.complete(call, call.request.path.get("id") or "")
    if completed is None:
        raise _not_found()
    view, message = _view(call, completed), "Reminder marked as complete"
    return envelope_response(200, view, reminder=public_attributes(completed), message=message)


def _not_cancelled(reminders: Iterable[Item]) -> list[Item]:
    """A completed reminder is listed although its message was cancelled."""
    return [each for each in reminders if each.get("completed") is True or each.get("status") != "cancelled"]


def _part_response(call: Call, reminders: list[Item]) -> Response:
    """The first of these reminders, or those after a ``cursor``; what is left of a list that is longer is the next."""
    limit = min(count(call.request, "limit", _HIGHEST_NUMBER) or _LONGEST, _LONGEST)
    part = Part(limit, first_key(call.request, "", ""))
    for reminder in reminders:
        position = f"{due_time(reminder)}#{reminder['reminderId']}"
        if part.last is not None and position <= part.last[1]:
            continue
        if not part.take(reminder):
            break
        part.last = ("", position)
    return _list_response(200, part.items, _batch_names(call, part.items), part.following(""))


def _batch_names(call: Call, reminders: Iterable[Item]) -> dict[str, str]:
    ids = dict.fromkeys(each["batchId"] for each in reminders if is_id(each.get("batchId")))
    found = batches_by_id(call.table, call.caller.id, list(ids), ("batchId", "name"))
    return {batch_id: batch.get("name", "") for batch_id, batch in found.items()}


def _view(call: Call, reminder: Item) -> Item:
    key = owned_key(call.caller.id, BATCHES, reminder["batchId"])
    batch = call.table.get(key, ("name",)) or {}
    return reminder_view(reminder, batch.get("name", ""))


def _list_response(
    status: int, reminders: list[Item], names: dict[str, str], more: Mapping[str, str] = MappingProxyType({})
) -> Response:
    views = [reminder_view(each, names.get(each.get("batchId", ""), "")) for each in reminders]
    documented = [public_attributes(each) for each in reminders]
    return envelope_response(status, views, reminders=documented, count=len(reminders), **more)


def _not_found() -> ApiError:
    return ApiError(404, "NOT_FOUND", "Reminder not found")


ROUTES: Routes[Call] = {
    "GET /batches/{id}/reminders/suggestions": list_suggestions,
    "POST /batches/{id}/reminders/confirm": confirm,
    "GET /me/reminders": list_own,
    "DELETE /me/reminders/{id}": cancel,
    # The app's own.
    "GET /reminders": list_for_app,
    "GET /batches/{id}/reminders": list_of_batch,
    "POST /reminders/{id}/complete": complete,
}
