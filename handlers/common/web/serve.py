"""Serving the routes of one function behind API Gateway.

A system describes once, in its ``web`` room, what its functions have in common (an `Api`)::

    API = Api("shop", call=_call, error_body=_error_body, headers=_cors_headers,
              unknown_route=ApiError(404, "not_found", "There is no such route."),
              failure=ApiError(500, "internal_error", "Something went wrong on our side."))

An endpoint is a file with its routes. Each is answered by a function that takes the system's call, reads the request,
returns a `Response` or raises an `ApiError`::

    def handler(event, context):
        return serve(event, context, ROUTES, API)

    def get_order(call: Call) -> Response:
        order = find(tables.orders(), call.request.path["id"])
        if order is None:
            raise ApiError(404, "order_not_found", "There is no such order.")
        return json_response(200, order)

    ROUTES: Routes[Call] = {"GET /orders/{id}": get_order}

A system whose functions need more than `Call` has (the caller, a table) derives its own and makes it in ``call``. A
system may have several descriptions, for example one for routes that need no login; `dataclasses.replace` makes one of
another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from handlers.common.logs import begin, logger
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import PRIVATE, Response, json_response


# Not frozen, and not compared: the methods for that would take a millisecond of every cold start.
@dataclass(slots=True, eq=False, repr=False)
class Call:
    """One request and the time it came, the same for everything that is done about it."""

    request: Request
    now: datetime

    def finish(self) -> None:
        """Waits for what was started in the background; called before the response is returned, however the route
        ended. What it raises replaces the response."""


C = TypeVar("C", bound=Call)

Routes = Mapping[str, Callable[[C], Response]]


@dataclass(slots=True, eq=False, repr=False)
class Api(Generic[C]):
    """What the functions of one system's API have in common.

    ``name`` is the system's in log lines. ``call`` makes the call of a request and raises the `ApiError` of a caller
    who is let in nowhere. ``error_body`` is the JSON body of an error, ``headers`` are added to every response.
    ``unknown_route`` answers a route the function does not have, ``failure`` an unexpected exception.
    """

    name: str
    call: Callable[[Request, datetime], C]
    error_body: Callable[[ApiError, Request], Any]
    headers: Callable[[Request], Mapping[str, str]]
    unknown_route: ApiError
    failure: ApiError


def serve(event: Mapping[str, Any], context: Any, routes: Routes[C], api: Api[C]) -> dict[str, Any]:
    """Calls what answers the event's route and renders what it returns, or the `ApiError` it raises.

    Anything else that is raised is logged and answered with ``api.failure``. No response may be kept by anybody unless
    it says so itself. One line is logged a request; it names the route, the status and the milliseconds, never what the
    client sent.
    """
    started = time.perf_counter()
    request = Request(event)
    begin(api.name, context, request.id)
    try:
        response = _answer(request, routes, api)
    except ApiError as error:
        response = _error(error, request, api)
    except Exception:
        logger.exception("Request failed")
        response = _error(api.failure, request, api)
    response.headers.update(api.headers(request))
    response.headers.setdefault("Cache-Control", PRIVATE)
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    logger.info(request.route, extra={"status": response.status, "duration_ms": milliseconds})
    return response.render()


def _answer(request: Request, routes: Routes[C], api: Api[C]) -> Response:
    answer = routes.get(request.route)
    if answer is None:
        return _error(api.unknown_route, request, api)
    call = api.call(request, datetime.now(UTC))
    try:
        return answer(call)
    finally:
        call.finish()


def _error(error: ApiError, request: Request, api: Api[C]) -> Response:
    return json_response(error.status, api.error_body(error, request), error.headers)
