"""JSON bodies, checked against the shape a route declares.

Shapes are msgspec Structs. They are checked field by field, because the contract wants all bad fields named and not
only the first. The result has only the fields that were sent, by the names they were sent by, so that an update knows
what it must not change.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, get_args, get_origin

import msgspec

from handlers.common.web.request import Request
from handlers.kefir.data.documents import Document, document, plain_numbers
from handlers.kefir.data.timestamps import Timestamp
from handlers.kefir.data.timestamps import parse as parse_timestamp
from handlers.kefir.web.errors import Problem, validation_error

# msgspec says "... - at `$[1]`"; keys of mappings it writes as [...].
_WHERE = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\[(\d+)\]|\.(\w+)")
_KINDS = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}


def parse(request: Request, shape: type[msgspec.Struct], *, required: bool = True) -> dict[str, Any]:
    """The fields of ``shape`` that were sent, by the names they were sent by; whole numbers are ints.

    Raises `ApiError` 400 that names every bad field. A missing body is an error too, unless ``required`` is False.
    Fields the shape does not have are ignored.
    """
    problems: list[Problem] = []
    try:
        found = _fields(plain_numbers(_content(request, required)), shape, "", problems)
    except RecursionError as error:
        raise validation_error([("body", "Invalid JSON in request body")]) from error
    if problems:
        raise validation_error(problems)
    return found


def _content(request: Request, required: bool) -> Any:
    try:
        body = request.body()
        if not body:
            if required:
                raise validation_error([("body", "Request body is required")])
            return {}
        return msgspec.json.decode(body)
    except ValueError as error:
        raise validation_error([("body", "Invalid JSON in request body")]) from error


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
    """Converts a field of a type of our own: msgspec turns a ValueError into a problem of that field."""
    if kind is Document:
        return document(value)
    parse_timestamp(value)
    return Timestamp(value)
