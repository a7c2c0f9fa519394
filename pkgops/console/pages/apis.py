"""The routes of the stage's APIs, and one of them tried."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pkgops.build.functions import Function
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.console.frame.page import Form, render, stage_of, write
from pkgops.console.frame.stage import ShownStage
from pkgops.errors import NotFoundError, not_deployed, unknown
from pkgops.operate.apis.call import METHODS, Called, Given, address, call, log_of
from pkgops.operate.apis.contract import document, operation
from pkgops.operate.apis.routes import HTTP, REST, Api, declared_apis
from pkgops.operate.apis.routes import Route as ApiRoute
from pkgops.operate.browse.deployed import deployed

_LONGEST = 200_000  # characters of an answer that are shown
_PARAMETER = "p:"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A route of an API of a system."""

    project: Project
    api: Api
    route: ApiRoute

    @property
    def query(self) -> str:
        """The route as the query of an address."""
        return route_query(self.project.system.key, self.api, self.route)


def every(request: Request) -> Response:
    """All routes by system and API."""
    shown, chosen = stage_of(request), request.query_params.get("system", "")
    rows = [
        (project.system, api, [(route, route_query(project.system.key, api, route)) for route in api.routes])
        for project, stacks in shown.stacks(chosen)
        for api in declared_apis(project, stacks)
    ]
    return render(request, "apis.html", rows=rows, chosen=chosen)


def one(request: Request) -> Response:
    """One route with what is documented of it, to be filled in; what is given in the address is filled in."""
    given = request.query_params
    chosen = _chosen(stage_of(request), given)
    known = operation(document(chosen.project), chosen.route)
    required = "&".join(f"{row.name}=" for row in known.query if row.required)
    return render(
        request,
        "route.html",
        chosen=chosen,
        operation=known,
        methods=METHODS,
        parameters=[(name, given.get(_PARAMETER + name, "")) for name in chosen.route.parameters],
        query=given.get("query", required),
        headers=given.get("headers", ""),
        body=given.get("body", known.body),
    )


def called(request: Request, form: Form) -> Response:
    """Sends the request, and shows the answer with the function's log."""
    shown = stage_of(request)
    chosen = _chosen(shown, form)
    ids = [
        row.id
        for row in deployed(_stacks(shown, chosen.project), shown.ports.stacks, REST, HTTP)
        if (row.stack, row.logical_id) == (chosen.api.stack, chosen.api.logical_id)
    ]
    if not ids or not ids[0]:
        raise not_deployed("API", chosen.api.name, chosen.project.system.key, shown.stage.name)
    base = address(chosen.project, chosen.api, ids[0], shown.ports.endpoint)
    parameters = {name: form.get(_PARAMETER + name, "") for name in chosen.route.parameters}
    given = Given(parameters, *(form.get(name, "") for name in ("query", "headers", "body", "verb")))
    return shown_answer(request, call(chosen.project, base, chosen.route, given), chosen.route.function)


def shown_answer(request: Request, result: Called, function: Function | None) -> Response:
    """The answer of a request with the log of the function that gave it."""
    ports = stage_of(request).ports
    lines, sure = log_of(function, result.request, result.started, ports) if function else ([], False)
    text, left_out = _text(result)
    return render(
        request, "called.html", result=result, function=function, lines=lines, sure=sure, text=text, left_out=left_out
    )


def route_query(system: str, api: Api, route: ApiRoute) -> str:
    """A route as the query of an address."""
    return urlencode(
        {"system": system, "api": f"{api.stack}.{api.logical_id}", "method": route.method, "path": route.path}
    )


def _chosen(shown: ShownStage, given: Form) -> _Chosen:
    project = shown.project(given.get("system", ""))
    known = {f"{api.stack}.{api.logical_id}": api for api in declared_apis(project, _stacks(shown, project))}
    api = known.get(given.get("api", ""))
    if api is None:
        raise unknown("API", given.get("api", ""), known)
    wanted = (given.get("method"), given.get("path"))
    route = next((one for one in api.routes if (one.method, one.path) == wanted), None)
    if route is None:
        raise NotFoundError(f"{api.name} has no such route.", "Choose one from the list.")
    return _Chosen(project, api, route)


def _stacks(shown: ShownStage, project: Project) -> list[SynthesizedStack]:
    return next(stacks for one, stacks in shown.stacks() if one.system.key == project.system.key)


def _text(result: Called) -> tuple[str, str]:
    """The body as it is read, and why there is no more of it."""
    try:
        text = result.body.decode()
    except UnicodeDecodeError:
        return "", f"{len(result.body)} bytes that are no text."
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    more = len(text) - _LONGEST
    return text[:_LONGEST], f"{more} characters more." if more > 0 else ""


ROUTES = [Route("/apis", every), Route("/apis/route", one), write("/apis/call", called)]
