"""Kefir's API: what all its functions have in common."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.parallel import run_in_background
from handlers.common.web import serve
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.kefir.data.items import Item
from handlers.kefir.data.users import ensure_user
from handlers.kefir.runtime.settings import settings
from handlers.kefir.runtime.table import diary_table
from handlers.kefir.web.callers import ANONYMOUS, Caller, identify

# Where the API has CORS of its own the gateway replaces these.
_CORS = {f"Access-Control-Allow-{what}": "*" for what in ("Origin", "Headers", "Methods")}


@dataclass(slots=True, eq=False, repr=False)
class Call(serve.Call):
    """A request with its caller and Kefir's table; the caller's row is written in the background."""

    caller: Caller
    table: Table
    user: Future[Item] | None = None

    def finish(self) -> None:
        """Waits for the caller's row."""
        if self.user is not None:
            self.user.result()


def envelope_response(status: int, data: Any, **documented: Any) -> Response:
    """A response that serves both contracts: the documented members, and the envelope the app's screens expect."""
    return json_response(status, {**documented, "success": True, "data": data})


def _call(request: Request, now: datetime) -> Call:
    table = diary_table()
    caller = identify(request, settings().offline)
    user = run_in_background(ensure_user, table, caller.id, caller.email, now)
    return Call(request, now, caller, table, user)


def _public_call(request: Request, now: datetime) -> Call:
    return Call(request, now, ANONYMOUS, diary_table())


def _error_body(error: ApiError, _request: Request) -> dict[str, Any]:
    return {"error": error.message, "success": False, "code": error.code, **error.extra}


# Routes whose caller is identified, and has a row in the table afterwards.
API = serve.Api(
    "kefir",
    call=_call,
    error_body=_error_body,
    headers=lambda _request: _CORS,
    unknown_route=ApiError(404, "NOT_FOUND", "Route not found"),
    failure=ApiError(500, "INTERNAL_ERROR", "Internal server error"),
)
# Routes that need no login.
PUBLIC_API = replace(API, call=_public_call)
