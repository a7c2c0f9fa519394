"""The last deployment of a system: what took how long."""

from __future__ import annotations

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.build.synth import named_stacks
from pkgops.charts.gantt import part, title
from pkgops.charts.timeline import last_deployment
from pkgops.console.frame.page import chosen_project, render, stage_of
from pkgops.operate.events import stack_events

_SINCE = "7d"


def page(request: Request) -> Response:
    """The frame; the events follow."""
    given = request.query_params
    return render(
        request, "deployment.html", project=chosen_project(request), since=given.get("since", _SINCE), query=str(given)
    )


def drawn(request: Request) -> Response:
    """The chart, and what failed."""
    shown, project = stage_of(request), chosen_project(request)
    since = request.query_params.get("since", _SINCE)
    spans = last_deployment(stack_events(named_stacks(project), shown.ports, since))
    image = Markup(part(spans, title(spans))) if spans else ""  # noqa: S704 - escaped where it is drawn
    failed = [span for span in spans if span.failed and span.reason]
    return render(request, "deployment_chart.html", project=project, image=image, failed=failed, since=since)


ROUTES = [Route("/deployment", page), Route("/deployment/chart", drawn)]
