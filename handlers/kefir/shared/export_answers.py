"""What are the answers to the routes that export everything?"""

from __future__ import annotations

from collections.abc import Iterator

from handlers.common.parallel import run_in_background
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.kefir.shared.batches import own_batches
from handlers.kefir.shared.csv_text import table
from handlers.kefir.shared.items import BATCHES, DEVICES, EVENTS, Item, below, shown
from handlers.kefir.shared.moments import epoch_milliseconds
from handlers.kefir.shared.photos import bucket
from handlers.kefir.shared.reminders import own_reminders
from handlers.kefir.web.api import Call, envelope_response

_LARGEST = 5_000_000  # bytes; Lambda answers with 6 MB at most, line ends written as two


def direct(call: Call) -> Response:
    """GET /export.csv"""
    name = f"kefir-data-{epoch_milliseconds(call.now)}.csv"
    headers = {"Content-Type": "text/csv", "Content-Disposition": f'attachment; filename="{name}"'}
    content = table(rows(call))
    if len(content.encode()) > _LARGEST:
        message = "There is too much for one answer. POST /export/batches/csv gives a link to it."
        raise ApiError(413, "TOO_LARGE", message)
    return Response(200, content, headers)


def by_link(call: Call) -> Response:
    """POST /export/batches/csv: the same, to be fetched by a link."""
    moment, place = epoch_milliseconds(call.now), bucket()
    key = f"exports/{call.caller.id}/{moment}.csv"
    place.put(key, table(rows(call)).encode(), "text/csv")
    return envelope_response(200, place.link(key, f"kefir-data-{moment}.csv"), message="CSV export ready")


def rows(call: Call) -> Iterator[tuple[str, Item]]:
    """Everything of the caller's: batches, their events, reminders, devices, each by its kind."""
    reminders, devices = run_in_background(own_reminders, call), run_in_background(_devices, call)
    batches = own_batches(call)
    yield from (("batch", shown(batch)) for batch in batches)
    # Each batch's events have a partition of their own.
    for events in [run_in_background(_events_of, call, batch) for batch in batches]:
        yield from (("event", shown(event)) for event in events.result())
    yield from (("reminder", shown(reminder)) for reminder in reminders.result())
    yield from (("device", shown(device)) for device in devices.result())


def _events_of(call: Call, batch: Item) -> list[Item]:
    return list(below(call.table, BATCHES + batch["batchId"], EVENTS, descending=True))


def _devices(call: Call) -> list[Item]:
    return list(below(call.table, f"USER#{call.caller.id}", DEVICES))
