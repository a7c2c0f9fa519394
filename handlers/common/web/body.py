"""A JSON body, parsed into the shape a route declares."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request

T = TypeVar("T")

# msgspec says "... - at `$.email.0`", or names a missing field in its text.
_FIELD = re.compile(r"at `\$\.(\w+)|missing required field `(\w+)`")


def parse(request: Request, shape: type[T], **codes: str) -> T:
    """The JSON object in the body as a ``shape`` (a msgspec.Struct); no body at all counts as ``{}``.

    Raises `ApiError` 400: ``invalid_json`` if it is no JSON object, ``codes[field]`` (or ``validation_error``) if a
    field is missing or of another type. Fields the shape does not have are ignored.
    """
    try:
        content = msgspec.json.decode(request.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "invalid_json", "The body is not valid JSON.") from error
    if not isinstance(content, dict):
        raise ApiError(400, "invalid_json", "The body must be a JSON object.")
    try:
        return msgspec.convert(content, shape)
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        field = found.group(1) or found.group(2) if found else ""
        raise ApiError(400, codes.get(field, "validation_error"), f"{error}.".replace("`", "")) from error
