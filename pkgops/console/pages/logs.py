"""All logs of the stage on one page, followed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.build.functions import Function
from pkgops.console.frame.page import render, stage_of
from pkgops.console.frame.stage import ShownStage
from pkgops.console.frame.stream import stream
from pkgops.errors import UsageError
from pkgops.graph.text import visible
from pkgops.logs.line import LogLine
from pkgops.logs.query import parse_query
from pkgops.logs.tail import tail_logs

_FIELDS = ("system", "function", "level", "request", "text")
_SINCE = "10m"
LEVELS = ("ERROR", "WARNING", "INFO", "DEBUG", "REPORT")


def page(request: Request) -> Response:
    """The filters; the lines follow as events."""
    given = {name: request.query_params.get(name, "") for name in _FIELDS}
    rows = stage_of(request).functions()
    if given["function"] not in {one.name for project, one in rows if given["system"] in ("", project.system.key)}:
        given["function"] = ""  # another system has been chosen meanwhile
    since = request.query_params.get("since") or _SINCE
    query = urlencode({**given, "since": since})
    return render(request, "logs.html", rows=rows, levels=LEVELS, given=given, since=since, query=query)


def lines(request: Request) -> Response:
    """The lines that match, those of the time before first."""
    given = request.query_params
    shown = stage_of(request)
    chosen = _chosen(shown, given.get("system", ""), given.get("function", ""))
    level = given.get("level", "")
    asked = given.get("request", "")
    query = parse_query(
        shown.stage, given.get("since", _SINCE), text=given.get("text", ""), request=asked, follow=not asked
    )

    def produce(stop: threading.Event) -> Iterator[dict[str, Any]]:
        for line in tail_logs(chosen, shown.ports.logs, query, stop=stop):
            if not level or line.level == level:
                yield _row(line)

    return stream(produce)


def _chosen(shown: ShownStage, system: str, name: str) -> list[Function]:
    """The functions whose logs are wanted, by names that say their system where there are several."""
    several = len(shown.projects) > 1 and not system
    found = [
        replace(one, handler="", name=f"{project.system.key}/{one.short}") if several else one
        for project, one in shown.functions()
        if system in ("", project.system.key) and name in ("", one.name)
    ]
    if not found:
        raise UsageError("No function has that name.", "Leave the filters empty.")
    return found


def _row(line: LogLine) -> dict[str, Any]:
    """A line as the page shows it: escaped like everything, put into the page as text."""
    when = datetime.fromtimestamp(line.time / 1000, UTC)
    fields = {name: str(value) for name, value in line.fields.items()}
    return {
        "time": when.isoformat(timespec="milliseconds")[:23] + "Z",
        "name": visible(line.name),
        "level": visible(line.level),
        "text": visible(line.text, "\n\t"),
        "request": visible(line.request_id),
        "fields": visible(" ".join(f"{name}={value}" for name, value in fields.items())),
    }


ROUTES = [Route("/logs", page), Route("/logs/lines", lines)]
