"""The queues of the stage: how full they are, what waits in them, and dead letters sent back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.console.frame.page import Form, render, stage_of, write
from pkgops.errors import unknown
from pkgops.events import silent
from pkgops.operate.queues import Queue, declared_queues, queue_rows, redrive

_PEEKED = 10


def every(request: Request) -> Response:
    """All queues with their counts."""
    shown = stage_of(request)
    chosen = request.query_params.get("system", "")
    rows = []
    for project, stacks in shown.stacks():
        known = declared_queues(stacks) if chosen in ("", project.system.key) else []
        rows += [(project.system, *pair) for pair in zip(known, queue_rows(known, shown.ports.queues), strict=True)]
    return render(request, "queues.html", rows=rows, chosen=chosen)


def peeked(request: Request, form: Form) -> Response:
    """Some of the messages that wait. SQS counts that as a delivery, after too many of which a message becomes a dead
    letter: where nothing may be changed, only queues without dead letters of their own are looked into."""
    del form
    shown = stage_of(request)
    queue, _ = _queue(request)
    if queue.dead_letters:
        shown.require_writable()
    messages = shown.ports.queues.peek(queue.name, _PEEKED)
    return render(request, "messages.html", queue=queue, messages=messages, most=_PEEKED)


def redriven(request: Request, form: Form) -> Response:
    """Sends the dead letters of a queue back."""
    del form
    shown = stage_of(request)
    queue, known = _queue(request)
    result = redrive(known, queue.name, shown.ports.queues, silent, dry_run=False, stage=shown.stage.name)
    return render(request, "redriven.html", result=result)


def _queue(request: Request) -> tuple[Queue, list[Queue]]:
    """The queue, and all queues of its system."""
    name, names = request.path_params["name"], []
    for _, stacks in stage_of(request).stacks():
        known = declared_queues(stacks)
        names += [one.name for one in known]
        for queue in known:
            if queue.name == name:
                return queue, known
    raise unknown("queue", name, names)


ROUTES = [
    Route("/queues", every),
    write("/queues/{name}/peek", peeked, harmless=True),
    write("/queues/{name}/redrive", redriven),
]
