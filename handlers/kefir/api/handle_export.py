"""The export of everything a user has, as one CSV table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers.common.parallel import run_in_background
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.common.web.serve import Routes, serve
from handlers.kefir.batches.records import own_batches
from handlers.kefir.data import timestamps
from handlers.kefir.data.items import BATCHES, DEVICES, EVENTS, Item, items_below, public_attributes, user_partition
from handlers.kefir.exports.csv_table import csv_table
from handlers.kefir.reminders.records import own_reminders
from handlers.kefir.runtime.bucket import diary_bucket
from handlers.kefir.web.api import API, Call, envelope_response
from handlers.kefir.web.query import choice

_MAX_BYTES = 5_000_000  # Lambda's limit for a response is 6 MB, in which a line end takes two bytes


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def download(call: Call) -> Response:
    """GET /export.csv: everything as it is, or, with ``spreadsheet=true``, without what a spreadsheet would run."""
    name = f"kefir-data-{timestamps.epoch_milliseconds(call.now)}.csv"
    headers = {"Content-Type": "text/csv", "Content-Disposition": f'attachment; filename="{name}"'}
    content = csv_table(_rows(call), _for_spreadsheets(call))
    if len(content.encode()) > _MAX_BYTES:
        message = "The export is too large for one response. POST /export/batches/csv returns a link to it."
        raise ApiError(413, "TOO_LARGE", message)
    return Response(200, content, headers)


def create_link(call: Call) -> Response:
    """POST /export/batches/csv: the same as an object in the bucket, and a link to it."""
    time, bucket = timestamps.epoch_milliseconds(call.now), diary_bucket()
    key = f"exports/{call.caller.id}/{timestamps.unique_name(call.now)}.csv"
    bucket.put(key, csv_table(_rows(call), _for_spreadsheets(call)).encode(), "text/csv")
    return envelope_response(200, bucket.download_url(key, f"kefir-data-{time}.csv"), message="CSV export ready")


def _for_spreadsheets(call: Call) -> bool:
    return choice(call.request, "spreadsheet", ("true", "false")) == "true"


def _rows(call: Call) -> Iterator[tuple[str, Item]]:
    """The caller's batches, their events, reminders and devices, each with its kind."""
    reminders, devices = run_in_background(own_reminders, call), run_in_background(_devices, call)
    batches = own_batches(call)
    yield from (("batch", public_attributes(batch)) for batch in batches)
    # Each batch's events have a partition of their own.
    for events in [run_in_background(_events_of, call, batch) for batch in batches]:
        yield from (("event", public_attributes(event)) for event in events.result())
    yield from (("reminder", public_attributes(reminder)) for reminder in reminders.result())
    yield from (("device", public_attributes(device)) for device in devices.result())


def _events_of(call: Call, batch: Item) -> list[Item]:
    return list(items_below(call.table, BATCHES + batch["batchId"], EVENTS, descending=True))


def _devices(call: Call) -> list[Item]:
    return list(items_below(call.table, user_partition(call.caller.id), DEVICES))


ROUTES: Routes[Call] = {
    "GET /export.csv": download,
    # The app's own.
    "POST /export/batches/csv": create_link,
}
