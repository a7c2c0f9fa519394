"""The requests that the APIs of stage local answer, as they happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.build.functions import Function
from pkgops.console.frame.page import Form, render, stage_of, write
from pkgops.console.frame.stream import stream
from pkgops.console.pages.apis import shown_answer
from pkgops.errors import NotFoundError
from pkgops.graph.text import visible
from pkgops.local.api_request import ApiRequest
from pkgops.local.client.emulator import Emulator
from pkgops.operate.apis.call import Called
from pkgops.operate.apis.routes import HTTP, REST, declared_apis, route_of
from pkgops.operate.browse.deployed import deployed

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
                    "number": row.number,
                }
            stop.wait(_PAUSE)

    return stream(produce)


def _emulator(request: Request) -> Emulator:
    emulator = stage_of(request).emulator
    if emulator is None:
        raise NotFoundError("Requests are recorded on stage local only.", "On AWS see the access logs of the APIs.")
    return emulator


def one(request: Request) -> Response:
    """One request with its log, to be sent once more."""
    row = _row(request)
    return render(request, "request.html", row=row, function=_function(request, row))


def replayed(request: Request, form: Form) -> Response:
    """The answer to a request that was sent once more, and what its function logged."""
    del form
    row, started = _row(request), int(time.time() * 1000)
    answer = _emulator(request).replay(row.number)
    if answer is None:
        raise NotFoundError("The request is not kept any more.", "The last 100 are, without long bodies.")
    result = Called(
        *(row.method, row.path, answer.status, round(answer.milliseconds)),
        *(answer.headers, answer.body, answer.request, started),
    )
    return shown_answer(request, result, _function(request, row))


def _row(request: Request) -> ApiRequest:
    number = request.path_params["number"]
    found = next((row for row in _emulator(request).requests() if row.number == number), None)
    if found is None:
        raise NotFoundError("There is no such request.", "The last 500 are known, until the emulator ends.")
    return found


def _function(request: Request, row: ApiRequest) -> Function | None:
    """The function that answers requests like that one."""
    shown = stage_of(request)
    for project, stacks in shown.stacks():
        ids = {(one.stack, one.logical_id): one.id for one in deployed(stacks, shown.ports.stacks, REST, HTTP)}
        for api in declared_apis(project, stacks):
            if ids.get((api.stack, api.logical_id)) == row.api:
                route = route_of(api, row.method, row.path)
                return route.function if route else None
    return None


ROUTES = [
    Route("/requests", page),
    Route("/requests/rows", rows),
    Route("/requests/{number:int}", one),
    write("/requests/{number:int}/replay", replayed),
]
