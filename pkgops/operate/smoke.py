"""Does a deployed system answer as it should? The requests it declares, tried in turn, with the standard library."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.request import OpenerDirector, Request

from pkgops.errors import UsageError
from pkgops.events import Emit, Finished, Started, silent
from pkgops.operate.exchange import Answer, exchanged, opener
from pkgops.operate.outputs import OutputRow
from pkgops.operate.placeholders import Texts

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.declarations import SmokeCheck

PATIENCE = 60.0  # seconds: a database that has paused takes half a minute for its first connection


@dataclass(frozen=True, slots=True)
class SmokeResult:
    """One request: its address, the status of the answer (0 without one), the milliseconds it took, and what is wrong
    with it ("" if nothing is)."""

    name: str
    url: str
    status: int
    milliseconds: int
    wrong: str = ""


def smoke(
    project: Project, rows: Sequence[OutputRow], timeout: float = PATIENCE, emit: Emit = silent
) -> list[SmokeResult]:
    """Tries every check of the system, one after the other; ``rows`` are its deployed outputs.

    UsageError if it declares none, or names an output that is not deployed."""
    if not project.system.smoke:
        raise UsageError(
            f"{project.system.key} declares no smoke checks.", "Add smoke=(SmokeCheck(...),) to its SYSTEM."
        )
    found = []
    texts = Texts(project, rows)
    urls = [texts.output(check.output).rstrip("/") + check.path for check in project.system.smoke]
    for check, url in zip(project.system.smoke, urls, strict=True):
        name = f"{check.method} {check.path}"
        emit(Started(name))
        found.append(_tried(check, name, url, opener(project, url), timeout))
        emit(Finished(name, found[-1].wrong or str(found[-1].status)))
    return found


def _tried(check: SmokeCheck, name: str, url: str, opening: OpenerDirector, timeout: float) -> SmokeResult:
    body = json.dumps(check.body).encode() if check.body is not None else None
    headers = {"Content-Type": "application/json"} if body else {}
    request = Request(url, data=body, headers=headers | {"User-Agent": "pkgops"}, method=check.method)  # noqa: S310
    began = time.monotonic()
    try:
        answer = exchanged(opening, request, timeout)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        return SmokeResult(name, url, 0, _since(began), f"no answer: {reason}")
    return SmokeResult(name, url, answer.status, _since(began), "; ".join(_wrong(check, answer)))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _wrong(check: SmokeCheck, answer: Answer) -> Iterator[str]:
    """What is not as expected, a phrase each."""
    if answer.status != check.status:
        yield f"status {answer.status} instead of {check.status}"
        return
    for header, expected in check.headers.items():
        if not (value := answer.headers.get(header) or "").startswith(expected):
            yield f"header {header} is {value!r} instead of {expected!r}"
    if check.members:
        yield from _wrong_members(check.members, answer.body)


def _wrong_members(members: Mapping[str, Any], body: bytes) -> Iterator[str]:
    try:
        document = json.loads(body)
    except ValueError:
        yield "its body is not JSON"
        return
    for path, expected in members.items():
        value = document
        for step in path.split("."):
            value = value.get(step, _Absent) if isinstance(value, dict) else _Absent
        if value is _Absent:
            yield f"{path} is missing"
        elif expected is not ... and value != expected:
            yield f"{path} is {json.dumps(value)[:80]} instead of {json.dumps(expected)}"


class _Absent:
    """A member that is not there; null is a value."""
