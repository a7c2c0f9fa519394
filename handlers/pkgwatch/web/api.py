"""PkgWatch's API: what its functions have in common."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.serve import Api, Call
from handlers.pkgwatch.runtime.settings import settings

ORIGIN = "https://pkgwatch.dev"
DEVELOPMENT_ORIGINS = ("http://localhost:3000", "http://localhost:4321")


def error_body(error: ApiError) -> dict[str, Any]:
    """The contract's error: ``details`` is a member of ``error``, the fields of ``extra`` are too."""
    details = {"details": error.details} if error.details else {}
    return {"error": {"code": error.code, "message": error.message, **details, **error.extra}}


def _identified_error_body(error: ApiError, request: Request) -> dict[str, Any]:
    return {"error": {**error_body(error)["error"], "request_id": request.id}}


def _headers(request: Request) -> dict[str, str]:
    """The CORS headers for the request's origin; none for an unknown one, and never ``*``."""
    origin = request.header("origin")
    if origin != ORIGIN and not (settings().allow_dev_cors and origin in DEVELOPMENT_ORIGINS):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
        "Access-Control-Allow-Headers": "Content-Type, X-API-Key, Authorization",
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


API = Api(
    "pkgwatch",
    call=Call,
    error_body=lambda error, _: error_body(error),
    headers=_headers,
    unknown_route=ApiError(404, "not_found", "There is no such route."),
    failure=ApiError(500, "internal_error", "Something went wrong on our side. Please try again."),
)
# Of the functions whose contract puts the request's id into error bodies.
IDENTIFIED_API = replace(API, error_body=_identified_error_body)
