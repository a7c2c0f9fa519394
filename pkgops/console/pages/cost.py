"""What a system costs in a month, as `pkgops cost` estimates it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.console.frame.page import chosen_project, render
from pkgops.cost.cost import assumed, cost
from pkgops.cost.told import money, number, sentences


def page(request: Request) -> Response:
    """The estimate under one profile of the system, or that of the stage."""
    given = request.query_params
    project = chosen_project(request)
    usage = assumed(project, given.get("usage") or None)
    found = cost(project, usage, free_tier=bool(given.get("free_tier")))
    return render(
        request,
        "cost.html",
        project=project,
        found=found,
        sentences=sentences(found),
        profiles=[one.name for one in project.system.usage],
        free_tier=bool(given.get("free_tier")),
        money=money,
        number=number,
    )


ROUTES = [Route("/cost", page)]
