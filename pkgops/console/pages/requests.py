"""The requests that the APIs of stage local answer, as they happen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.console.frame.page import render, stage_of
from pkgops.console.frame.stream import stream
from pkgops.errors import NotFoundError
from pkgops.graph.text import visible
from pkgops.local.client.emulator import Emulator

_PAUSE = 0.4  # seconds between two questions to the emulator


def page(request: Request) -> Response:
    """The table; its rows follow as events."""
    _emulator(request)
    return render(request, "requests.html")


def rows(request: Request) -> Response:
    """The requests, those before first."""
    emulator = _emulator(request)

    def produce(stop: threading.Event) -> Iterator[dict[str, Any]]:
        after = 0
        while not stop.is_set():
            for row in emulator.requests(after):
                after = row.number
                yield {
                    "time": row.time,
                    "method": visible(row.method),
                    "path": visible(row.path),
                    "api": visible(row.api),
                    "status": row.status,
                    "milliseconds": round(row.milliseconds),
                    "request": visible(row.request),
                }
            stop.wait(_PAUSE)

    return stream(produce)


def _emulator(request: Request) -> Emulator:
    emulator = stage_of(request).emulator
    if emulator is None:
        raise NotFoundError("Requests are recorded on stage local only.", "On AWS see the access logs of the APIs.")
    return emulator


ROUTES = [Route("/requests", page), Route("/requests/rows", rows)]
