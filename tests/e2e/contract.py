"""What does the OpenAPI document say to an answer?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tests.repository import ROOT

DOCUMENT = ROOT / "docs" / "systems" / "pkgwatch.openapi.json"


@cache
def document() -> dict[str, Any]:
    """The document in the repository; a test of its own compares it with the routes."""
    return dict(json.loads(DOCUMENT.read_text(encoding="utf-8")))


def problems(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    """Where an answer to a request for ``path`` (with or without a query) departs from the document; nothing if the
    document does not know the route."""
    operation = _operation(method.lower(), path.partition("?")[0])
    if operation is None:
        return []
    if status >= 500:
        return [f"{method} {path} failed with {status}: {body!r}"]
    declared = operation["responses"].get(str(status))
    if declared is None:
        return [f"{method} {path} answered {status}, which is not declared: {body!r}"]
    kinds = declared.get("content")
    if not kinds:
        return [f"{method} {path} answered {status} with a body: {body!r}"] if body else []
    kind = headers.get("content-type", "").partition(";")[0]
    if kind not in kinds:
        return [f"{method} {path} answered {kind}, declared is {', '.join(kinds)}"]
    if kind != "application/json":
        return []
    found = _validator(json.dumps(kinds[kind]["schema"])).iter_errors(json.loads(body))
    return [f"{method} {path} {status} {error.json_path}: {error.message}" for error in found]


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, item in _patterns():
        if pattern.fullmatch(path) and method in item:
            return dict(item[method])
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """Literal paths first, as the gateway prefers them."""
    paths = sorted(document()["paths"].items(), key=lambda row: row[0].count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item) for path, item in paths]


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": document()["components"]})
