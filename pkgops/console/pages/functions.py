"""The functions of the stage, and invocations of one of them."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.console.frame.page import Form, render, stage_of, write
from pkgops.errors import NotFoundError
from pkgops.operate.invocations.saved import FOLDER, read_event, saved_events
from pkgops.operate.invoke import invoke, parse_payload


def every(request: Request) -> Response:
    """All functions by system."""
    chosen = request.query_params.get("system", "")
    rows = [row for row in stage_of(request).functions() if chosen in ("", row[0].system.key)]
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
    write("/functions/{name}/invoke", invoked),
]
