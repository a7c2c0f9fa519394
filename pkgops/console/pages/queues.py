"""The queues of the stage: how full they are, what waits in them, and dead letters sent back."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.build.functions import functions
from pkgops.console.frame.page import Form, render, stage_of, write
from pkgops.console.frame.stage import ShownStage
from pkgops.errors import unknown
from pkgops.events import silent
from pkgops.operate.browse.dead_letters import Cause, causes, is_failure
from pkgops.operate.browse.meaning import Meaning
from pkgops.operate.queues import Queue, declared_queues, queue_rows, redrive, redrive_some
from pkgops.operate.redaction import redact_text
from pkgops.ports.queues import QueueMessage

_PEEKED = 10
_CHOSEN = "id:"  # before the id of a message that was chosen, as the name of a field


def every(request: Request) -> Response:
    """All queues with their counts."""
    shown = stage_of(request)
    chosen = request.query_params.get("system", "")
    rows = []
    for project, stacks in shown.stacks(chosen):
        known = declared_queues(stacks)
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
    found = _causes(shown, queue, messages)
    rows = [(one, redact_text(one.body), cause) for one, cause in zip(messages, found, strict=True)]
    return render(request, "messages.html", queue=queue, rows=rows, most=_PEEKED)


def redriven(request: Request, form: Form) -> Response:
    """Sends dead letters of a queue back: those that were chosen, or all."""
    shown = stage_of(request)
    queue, known = _queue(request)
    if form.get("only"):
        ids = [name.removeprefix(_CHOSEN) for name in form if name.startswith(_CHOSEN)]
        some = redrive_some(known, queue.name, ids, shown.ports.queues)
        return render(request, "redriven.html", result=some)
    result = redrive(known, queue.name, shown.ports.queues, silent, dry_run=False, stage=shown.stage.name)
    return render(request, "redriven.html", result=result)


def _causes(shown: ShownStage, queue: Queue, messages: Sequence[QueueMessage]) -> list[Cause]:
    """Why messages are dead letters, from the logs of the functions that get those of their sources; nothing for
    messages that only wait."""
    project, stacks = next((project, found) for project, found in shown.stacks() if project.system.key == queue.system)
    meaning, every_function = Meaning(project, stacks), functions(stacks)
    consumers = [one for source in queue.sources for one in meaning.consumers(source)]
    told = [one for one in messages if queue.sources or is_failure(one)]
    found = dict(zip([one.id for one in told], causes(told, consumers, every_function, shown.ports.logs), strict=True))
    return [found.get(one.id, Cause()) for one in messages]


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
