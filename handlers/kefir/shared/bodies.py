"""Is what the client sent what the route takes?

Shapes are msgspec Structs, checked field by field, because the contract wants every bad field named and not the first
alone. Only what was sent comes back, under the names it was sent by, so that a change can tell what it leaves alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Any, get_args, get_origin

import msgspec

from handlers.common.web.request import Request
from handlers.kefir.shared.documents import Document, document, plain_numbers
from handlers.kefir.shared.moments import Moment, read
from handlers.kefir.web.errors import Problem, invalid

# msgspec says "... - at `$[1]`"; keys of mappings it writes as [...].
_WHERE = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\[(\d+)\]|\.(\w+)")
_KINDS = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}


def parse(request: Request, shape: type[msgspec.Struct], *, required: bool = True) -> dict[str, Any]:
    """The fields of ``shape`` that were sent, by the names they were sent by; whole numbers are ints.

    Raises `ApiError` 400 that names every field at fault. No body is an error too unless ``required`` is False. Fields
    the shape does not have are passed over.
    """
    problems: list[Problem] = []
    try:
        found = _fields(plain_numbers(_content(request, required)), shape, "", problems)
    except RecursionError as error:
        raise invalid([("body", "Invalid JSON in request body")]) from error
    if problems:
        raise invalid(problems)
    return found


def choice(request: Request, name: str, allowed: Collection[str]) -> str | None:
    """A query parameter that must be one of some words, None if it was not sent. Raises `ApiError` 400."""
    given = request.query.get(name)
    if given is not None and given not in allowed:
        raise invalid([(name, f"Expected one of {', '.join(allowed)}")])
    return given


def count(request: Request, name: str, most: int) -> int | None:
    """A query parameter that must be a whole number from 1 to ``most``, None if it was not sent. Raises `ApiError`
    400."""
    given = request.query.get(name)
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", given) or not 1 <= int(given) <= most:
        raise invalid([(name, f"Expected a whole number from 1 to {most}")])
    return int(given)


def _content(request: Request, required: bool) -> Any:
    try:
        body = request.body()
        if not body:
            if required:
                raise invalid([("body", "Request body is required")])
            return {}
        return msgspec.json.decode(body)
    except ValueError as error:
        raise invalid([("body", "Invalid JSON in request body")]) from error


def _fields(value: Any, shape: type[msgspec.Struct], path: str, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(value, dict):
        problems.append((path, f"Expected object, received {_KINDS.get(type(value), 'number')}"))
        return {}
    found = {}
    for field in _declared(shape):
        name = field.encode_name
        where = f"{path}.{name}" if path else name
        if name in value:
            found[name] = _value(value[name], field.type, where, problems)
        elif field.required:
            problems.append((where, "Required"))
    return found


def _value(value: Any, kind: Any, path: str, problems: list[Problem]) -> Any:
    entry = get_args(kind)[0] if get_origin(kind) is list else None
    if isinstance(value, list) and isinstance(entry, type) and issubclass(entry, msgspec.Struct):
        return [_fields(each, entry, f"{path}.{index}", problems) for index, each in enumerate(value)]
    try:
        return msgspec.convert(value, kind, dec_hook=_custom)
    except msgspec.ValidationError as error:
        text = str(error)
        inside = _WHERE.search(text)
        steps = [index or name for index, name in _STEP.findall(inside.group(1))] if inside else []
        problems.append((".".join([path, *steps]), _WHERE.sub("", text).replace("`", "")))
        return None


@cache
def _declared(shape: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(shape)


def _custom(kind: Any, value: Any) -> Any:
    """Fields of our own kinds: msgspec turns a ValueError into a problem of that field."""
    if kind is Document:
        return document(value)
    read(value)
    return Moment(value)
