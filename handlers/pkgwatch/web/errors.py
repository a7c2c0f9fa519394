"""What does an error look like to a client?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An answer other than the one asked for: HTTP ``status``, the contract's ``code``, a sentence.

    ``details`` becomes ``error.details``; ``extra`` fields stand directly inside ``error``.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self._error: dict[str, Any] = {"code": code, "message": message}
        if details:
            self._error["details"] = dict(details)
        self._error.update(extra or {})

    def body(self, request_id: str = "") -> dict[str, Any]:
        """The JSON body, with the request id if one is given."""
        error = {**self._error, "request_id": request_id} if request_id else self._error
        return {"error": error}
