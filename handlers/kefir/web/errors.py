"""The error of a request whose fields do not fit its route."""

from __future__ import annotations

import json
from collections.abc import Sequence

from handlers.common.web.errors import ApiError

# A dotted path with array indexes as numbers, and what is wrong there.
Problem = tuple[str, str]


def validation_error(problems: Sequence[Problem]) -> ApiError:
    """400; the documented message of a validation error is itself JSON, one entry a field."""
    errors = [{"path": path, "message": message} for path, message in problems]
    text = json.dumps({"message": "Validation failed", "errors": errors}, separators=(",", ":"))
    return ApiError(400, "BAD_REQUEST", text)
