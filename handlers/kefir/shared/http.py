"""How does a Kefir API function take a request and give an answer?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.dynamodb import Table
from handlers.common.http_api import request as http_request
from handlers.common.http_api import route_key
from handlers.common.logs import begin, logger
from handlers.common.parallel import beside
from handlers.common.request import Request
from handlers.common.responses import Response, json_response
from handlers.kefir.shared.callers import Caller, ensure, identify
from handlers.kefir.shared.errors import ApiError
from handlers.kefir.shared.settings import settings

# Where the API has CORS of its own the gateway replaces these.
_CORS = {f"Access-Control-Allow-{what}": "*" for what in ("Origin", "Headers", "Methods")}


@dataclass(frozen=True, slots=True)
class Call:
    """One request and what answers it: the caller, the table, the present moment."""

    request: Request
    caller: Caller
    table: Table
    now: datetime


Answer = Callable[[Call], Response]
NOBODY = Caller("", "")


def serve(
    event: Mapping[str, Any], context: Any, routes: Mapping[str, Answer], *, public: bool = False
) -> dict[str, Any]:
    """Calls what answers the event's route (``GET /batches/{id}``) and renders what it returns, or the `ApiError` it
    raises. Unless the routes are ``public``, the caller is identified and has a row in the table afterwards.

    Anything else that is raised is logged and answered with 500. One line is logged a request; it names the route,
    never what the client sent.
    """
    started = time.perf_counter()
    request, route = http_request(event), route_key(event)
    begin("kefir", context, request.id)
    try:
        response = _answer(event, request, routes.get(route), public)
    except ApiError as error:
        response = json_response(error.status, error.body())
    except Exception:
        logger.exception("Request failed")
        response = json_response(500, ApiError(500, "Internal server error").body())
    response.headers.update(_CORS)
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    logger.info(route or "-", extra={"status": response.status, "duration_ms": milliseconds})
    return response.render()


def answered(status: int, data: Any, **native: Any) -> Response:
    """An answer that serves both contracts: the documented members, and the envelope the app's screens expect."""
    return json_response(status, {**native, "success": True, "data": data})


def _answer(event: Mapping[str, Any], request: Request, answer: Answer | None, public: bool) -> Response:
    if answer is None:
        raise ApiError(404, "Route not found")
    now = datetime.now(UTC)
    table = Table(client("dynamodb"), settings().table, ("PK", "SK"))
    if public:
        return answer(Call(request, NOBODY, table, now))
    caller = identify(event, request, settings().offline)
    user = beside(ensure, table, caller, now)  # nobody waits for the row but this call's end
    try:
        return answer(Call(request, caller, table, now))
    finally:
        user.result()
