"""What does an error look like to a client?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    413: "TOO_LARGE",
    429: "TOO_MANY_REQUESTS",
}

# A dotted path with array indexes as numbers, and what is wrong there.
Problem = tuple[str, str]


class ApiError(Exception):
    """An answer other than the one asked for: HTTP ``status`` and a text for people; ``more`` stands beside it."""

    def __init__(self, status: int, text: str, **more: Any) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self._more = more

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        code = _CODES.get(self.status, "INTERNAL_ERROR")
        return {"error": self.text, "success": False, "code": code, **self._more}


def invalid(problems: Sequence[Problem]) -> ApiError:
    """400; the documented text of a validation error is itself JSON, one entry a field."""
    errors = [{"path": path, "message": message} for path, message in problems]
    return ApiError(400, json.dumps({"message": "Validation failed", "errors": errors}, separators=(",", ":")))
