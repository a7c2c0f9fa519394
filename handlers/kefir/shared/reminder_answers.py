"""What are the answers to the routes of reminders?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.common.parallel import run_in_background
from handlers.common.transactions import put, transact
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.kefir.shared import moments, reminders
from handlers.kefir.shared.batches import own_batch
from handlers.kefir.shared.bodies import choice, parse
from handlers.kefir.shared.items import BATCHES, Item, below, owned_key, shown
from handlers.kefir.shared.suggestions import suggestions
from handlers.kefir.web.api import Call, envelope_response
from handlers.kefir.web.errors import invalid

_MOST = 100  # what one transaction takes


class Wanted(Struct, rename="camel"):
    """One reminder."""

    scheduled_time: moments.Moment
    message: Annotated[str, Meta(min_length=1, max_length=200)]
    type: Annotated[str, Meta(min_length=1, max_length=50)] | UnsetType = UNSET


class ConfirmBody(Struct):
    """The documented body."""

    reminders: list[Wanted]


def suggested(call: Call) -> Response:
    """GET /batches/{id}/reminders/suggestions"""
    found = suggestions(own_batch(call))
    return envelope_response(200, found, suggestions=found)


def confirm(call: Call) -> Response:
    """POST /batches/{id}/reminders/confirm: all of these, or none."""
    batch = own_batch(call)
    wanted = parse(call.request, ConfirmBody)["reminders"]
    if len(wanted) > _MOST:
        raise invalid([("reminders", f"Expected at most {_MOST}")])
    if any(moments.read(each["scheduledTime"]) <= call.now for each in wanted):
        raise ApiError(400, "BAD_REQUEST", "Scheduled time must be in the future")
    made = [reminders.new_reminder(call, batch, each) for each in wanted]
    if made:
        transact(call.table.client, [put(call.table, each) for each in made])
    return _several(201, made, {batch["batchId"]: batch["name"]})


def own(call: Call) -> Response:
    """GET /me/reminders: those that will come, or with ``includeAll=true`` every one."""
    names = run_in_background(_names, call)
    found = reminders.own_reminders(call)
    if call.request.query.get("includeAll") != "true":
        now = moments.stamp(call.now)
        found = [each for each in found if reminders.is_pending(each) and reminders.due(each) > now]
    return _several(200, found, names.result())


def of_app(call: Call) -> Response:
    """GET /reminders: every reminder that was not called off, or only those done with, or still to do."""
    wanted = choice(call.request, "completed", ("true", "false"))
    names = run_in_background(_names, call)
    found = [
        each
        for each in _listed(reminders.own_reminders(call))
        if wanted is None or (each.get("completed") is True) == (wanted == "true")
    ]
    return _several(200, found, names.result())


def of_batch(call: Call) -> Response:
    """GET /batches/{id}/reminders"""
    batch = own_batch(call)
    found = [each for each in _listed(reminders.own_reminders(call)) if each.get("batchId") == batch["batchId"]]
    return _several(200, found, {batch["batchId"]: batch["name"]})


def cancel(call: Call) -> Response:
    """DELETE /me/reminders/{id}"""
    cancelled = reminders.cancel(call, call.request.path.get("id") or "")
    if cancelled is None:
        raise _not_found()
    return envelope_response(200, _view(call, cancelled), message="Reminder cancelled successfully")


def complete(call: Call) -> Response:
    """POST /reminders/{id}/complete"""
    completed = reminders.complete(call, call.request.path.get("id") or "")
    if completed is None:
        raise _not_found()
    view = _view(call, completed)
    return envelope_response(200, view, reminder=shown(completed), message="Reminder marked as complete")


def _listed(found: Iterable[Item]) -> list[Item]:
    return [each for each in found if each.get("completed") is True or each.get("status") != "cancelled"]


def _names(call: Call) -> dict[str, str]:
    return {batch["batchId"]: batch["name"] for batch in below(call.table, f"USER#{call.caller.id}", BATCHES)}


def _view(call: Call, reminder: Item) -> Item:
    key = owned_key(call.caller.id, BATCHES, reminder["batchId"])
    batch = call.table.get(key, ("name",)) or {}
    return reminders.reminder_view(reminder, batch.get("name", ""))


def _several(status: int, found: list[Item], names: dict[str, str]) -> Response:
    views = [reminders.reminder_view(each, names.get(each.get("batchId", ""), "")) for each in found]
    return envelope_response(status, views, reminders=[shown(each) for each in found], count=len(found))


def _not_found() -> ApiError:
    return ApiError(404, "NOT_FOUND", "Reminder not found")
