"""The secrets that systems declare: their names, whether and when they were set, and who reads them. Never a value."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.console.frame.page import render, stage_of
from pkgops.operate.secrets.readers import readers
from pkgops.operate.secrets.secrets import secret_rows


def every(request: Request) -> Response:
    """All of them by system."""
    shown, chosen = stage_of(request), request.query_params.get("system", "")
    rows = []
    for project, stacks in shown.stacks(chosen):
        if project.system.all_secrets:
            by_name = readers(project, stacks)
            rows += [(project, row, by_name.get(row.name, [])) for row in secret_rows(project, shown.ports)]
    return render(request, "secrets.html", rows=rows, chosen=chosen)


ROUTES = [Route("/secrets", every)]
