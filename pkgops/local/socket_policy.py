"""The rule that decides who may send a request to the port of a WebSocket API.

Everybody may open a connection, pages in a browser among them, as on AWS; what manages connections takes a signature.
Nothing else is answered there.
"""

from __future__ import annotations

import re

from pkgops.local.request_head import Request, claims_query, from_browser
from pkgops.local.request_policy import LOOPBACK, Access, Deployed

_STAGE = re.compile(r"[A-Za-z0-9_-]+|\$default")
_CONNECTION = re.compile(r"[A-Za-z0-9_=-]+")
_MANAGING = frozenset({"POST", "GET", "DELETE"})


def decide(api: str, request: Request, deployed: Deployed) -> Access:
    """Who may send the request to the port of that API."""
    stage, *rest = request.segments
    if LOOPBACK.fullmatch(request.host) is None or not _STAGE.fullmatch(stage):
        return Access.REFUSED
    if not deployed.websocket_api(api) or not deployed.api_stage(api, stage):
        return Access.REFUSED
    if request.websocket:
        return Access.OPEN if rest in ([], [""]) else Access.REFUSED
    return Access.SIGNED if _manages(request, rest) else Access.REFUSED


def _manages(request: Request, rest: list[str]) -> bool:
    """A program's call about one connection, which nothing makes a request to another service."""
    if from_browser(request.headers) or claims_query(request) or request.query or "x-amz-target" in request.headers:
        return False
    known = len(rest) == 2 and rest[0] == "@connections" and _CONNECTION.fullmatch(rest[1])
    return bool(known) and request.method in _MANAGING
