"""The databases of the stage: their tables, and the rows of statements that read."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.config import Project
from pkgops.console.frame.page import render, stage_of
from pkgops.errors import PkgopsError, UsageError, unknown
from pkgops.operate.database.address import address
from pkgops.operate.database.look import ROWS, look, tables

_NEAR = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}")
_FIELDS = ("system", "sql", "via")


def page(request: Request) -> Response:
    """The tables, and the rows of the statement in the address. What a database refuses is said on the page, beside the
    statement."""
    given = {name: request.query_params.get(name, "") for name in _FIELDS}
    having = [project for project in stage_of(request).projects if project.system.database is not None]
    found: dict[str, Any] = {"tables": [], "rows": None, "error": None, "more": "", "before": ""}
    if having:
        project = _chosen(having, given["system"])
        given["system"] = project.system.key
        try:
            found |= _read(request, project, given)
        except PkgopsError as error:
            found["error"] = error
    return render(request, "database.html", having=having, given=given, **found)


def _chosen(having: list[Project], key: str) -> Project:
    found = next((project for project in having if key in ("", project.system.key)), None)
    if found is None:
        raise unknown("system with a database", key, [project.system.key for project in having])
    return found


def _read(request: Request, project: Project, given: dict[str, str]) -> dict[str, Any]:
    if given["via"] and not _NEAR.fullmatch(given["via"]):
        raise UsageError("A tunnel begins on this machine.", "Write its port: 127.0.0.1:15432")
    where = address(project, stage_of(request).ports, given["via"])
    if not given["sql"].strip():
        return {"tables": tables(where)}
    start = request.query_params.get("start", "0")
    found = look(where, given["sql"], int(start) if start.isdecimal() and len(start) < 9 else 0)
    more = urlencode({**given, "start": found.start + ROWS}) if found.more else ""
    before = urlencode({**given, "start": max(found.start - ROWS, 0)}) if found.start else ""
    return {"rows": found, "more": more, "before": before}


ROUTES = [Route("/database", page)]
