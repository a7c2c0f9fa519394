"""The functions of the stage, and invocations of one of them."""

from __future__ import annotations

import json
import time

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.charts.curves import Frame, bars
from pkgops.charts.gantt import duration
from pkgops.console.frame.page import Form, render, stage_of, write
from pkgops.errors import NotFoundError
from pkgops.logs.time_range import parse_start
from pkgops.operate.cold_starts import cold_starts
from pkgops.operate.invocations.saved import FOLDER, read_event, saved_events
from pkgops.operate.invoke import invoke, parse_payload

_SINCE = "1d"


def every(request: Request) -> Response:
    """All functions by system."""
    chosen = request.query_params.get("system", "")
    rows = stage_of(request).functions(chosen)
    return render(request, "functions.html", rows=rows, chosen=chosen)


def one(request: Request) -> Response:
    """One function with its saved events."""
    project, function = stage_of(request).function(request.path_params["name"])
    saved = saved_events(project.root, project.system.key, function)
    folder = f"{FOLDER}/{project.system.key}/{function.short}/"
    chosen = request.query_params.get("event", "")
    if chosen and chosen not in saved:
        raise NotFoundError(f"There is no saved event {chosen}.", f"They are in {folder}.")
    event = read_event(project.root, project.system.key, function, chosen).decode() if chosen else "{}"
    return render(
        request,
        "function.html",
        project=project,
        function=function,
        events=saved,
        chosen=chosen,
        event=event,
        folder=folder,
    )


def starts(request: Request) -> Response:
    """The cold starts of a function since a time."""
    shown = stage_of(request)
    _, function = shown.function(request.path_params["name"])
    since = request.query_params.get("since", _SINCE)
    begin, now = parse_start(since) // 1000, int(time.time())
    found = cold_starts(function, shown.stage, shown.ports.logs, since)
    label = f"{len(found.starts)} cold starts of {function.short}, at most {found.longest:.0f} ms"
    image = bars([found.starts], Frame(begin, now, 60), label) if found.starts else ""
    drawn = Markup(image)  # noqa: S704 - escaped where it is drawn
    return render(request, "starts.html", function=function, found=found, chart=drawn, since=since, duration=duration)


def invoked(request: Request, form: Form) -> Response:
    """The answer of an invocation, its duration, and what the function logged."""
    shown = stage_of(request)
    project, function = shown.function(request.path_params["name"])
    event = form.get("event", "{}")
    body = parse_payload(event if not event.startswith(("@", "-")) else f" {event}")
    result = invoke(function, body, shown.ports.functions)
    answer = result.payload if isinstance(result.payload, str) else json.dumps(result.payload, indent=2)
    return render(request, "invoked.html", project=project, function=function, result=result, answer=answer)


ROUTES = [
    Route("/functions", every),
    Route("/functions/{name}", one),
    Route("/functions/{name}/starts", starts),
    write("/functions/{name}/invoke", invoked),
]
