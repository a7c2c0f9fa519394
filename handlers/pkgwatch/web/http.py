"""Serving the one route of a PkgWatch function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from handlers.common.web import serve as web
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.web.api import API, IDENTIFIED_API


def serve(
    event: Mapping[str, Any],
    context: Any,
    answer: Callable[[Request], Response],
    *,
    identified: bool = False,
) -> dict[str, Any]:
    """Calls ``answer`` and renders what it returns, or the `ApiError` it raises. ``identified`` puts the request's id
    into error bodies."""
    routes = {Request(event).route: lambda call: answer(call.request)}
    return web.serve(event, context, routes, IDENTIFIED_API if identified else API)
