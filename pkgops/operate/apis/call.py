"""A route tried by hand: the request as it was filled in, its answer, and what the function logged."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.request import Request

from pkgops.errors import AccessError, UsageError
from pkgops.local.client.distributions import local_value
from pkgops.logs.query import Query
from pkgops.logs.tail import tail_logs
from pkgops.operate.exchange import exchanged, opener

if TYPE_CHECKING:
    from email.message import Message

    from pkgops.build.functions import Function
    from pkgops.config import Project
    from pkgops.logs.line import LogLine
    from pkgops.operate.apis.routes import Api, Route
    from pkgops.ports.ports import Ports

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
_TIMEOUT = 35.0  # seconds; the gateway itself waits for 29
_LOG_PATIENCE, _LOG_PAUSE = 3.0, 0.25  # seconds until lines that are not there yet are given up
_PARAMETER = re.compile(r"{(\w+)(\+?)}")
_IDS = ("x-amzn-requestid", "apigw-requestid", "x-amz-apigw-id")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody filled in: the values of the path's parameters, the text after the question mark, headers a line
    each ("Name: value"), and the body."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    headers: str = ""
    body: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """The answer. ``request`` is the gateway's id, "" if it said none; ``started`` epoch milliseconds."""

    method: str
    url: str
    status: int
    milliseconds: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    request: str
    started: int


def address(project: Project, api: Api, id: str, endpoint: str | None) -> str:
    """Where an API with that physical id answers, without a slash at the end."""
    stage = f"/{api.stage_name}" if api.stage_name else ""
    url = f"https://{id}.execute-api.{project.stage.region}.amazonaws.com{stage}"
    return local_value(url, endpoint) if endpoint else url


def call(project: Project, base: str, route: Route, given: Given) -> Called:
    """Sends the request. UsageError for what cannot be sent, AccessError if nothing answers."""
    method = given.method if route.method == "ANY" else route.method
    if method not in METHODS:
        raise UsageError(f"{method} is no method.", f"Choose one of {', '.join(METHODS)}.")
    url = base + _filled(route, given.parameters) + _query(given.query)
    body = given.body.encode() if given.body.strip() else None
    headers = {"Content-Type": "application/json"} if body else {}
    request = Request(url, data=body, headers=headers | {"User-Agent": "pkgops"}, method=method)  # noqa: S310
    for name, value in _headers(given.headers):
        request.add_header(name, value)
    started, began = int(time.time() * 1000), time.monotonic()
    try:
        answer = exchanged(opener(project, url), request, _TIMEOUT)
    except (OSError, HTTPException) as error:
        raise AccessError(f"{base} does not answer: {getattr(error, 'reason', error)}.", "Is it deployed?") from None
    except ValueError as error:  # of a header or an address
        raise UsageError(f"That cannot be sent: {error}.", "Correct the headers.") from None
    took = round((time.monotonic() - began) * 1000)
    pairs = tuple(answer.headers.items())
    return Called(method, url, answer.status, took, pairs, answer.body, _id(answer.headers), started)


def log_of(function: Function, request: str, started: int, ports: Ports) -> tuple[list[LogLine], bool]:
    """What the function logged of a request: its lines, and whether they are known to be the request's. Where no line
    has the gateway's id, they are those since the request began."""
    until = time.monotonic() + _LOG_PATIENCE
    while True:
        known = list(tail_logs([function], ports.logs, Query(started, request=request))) if request else []
        lines = known or list(tail_logs([function], ports.logs, Query(started)))
        if time.monotonic() > until or any(line.level == "REPORT" for line in lines):
            return lines, bool(known)
        time.sleep(_LOG_PAUSE)


def _filled(route: Route, values: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        value = values.get(found[1], "")
        if not value:
            raise UsageError(f"A value for {found[1]} is missing.", f"It is part of the path {route.path}.")
        return quote(value, safe="/" if found[2] else "")

    return _PARAMETER.sub(one, route.path)


def _query(text: str) -> str:
    """As it was typed, with what no address may have percent-encoded."""
    text = text.strip().removeprefix("?")
    return f"?{quote(text, safe=_IN_QUERY)}" if text else ""


_IN_QUERY = "!$%&'()*+,-./:;=?@_~"


def _headers(text: str) -> list[tuple[str, str]]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not _HEADER.fullmatch(name.strip()) or not value.strip().isprintable():
            raise UsageError("A line is no header.", "Write them as Name: value, one a line.")
        found.append((name.strip(), value.strip()))
    return found


def _id(headers: Message) -> str:
    return next((value for name in _IDS if (value := headers.get(name))), "")
