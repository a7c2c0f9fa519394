"""The error a route answers with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """A response other than the one asked for: HTTP ``status``, the contract's ``code``, a sentence.

    ``details`` and ``extra`` are further members of the body and ``headers`` of the response. Where they stand in
    the body is the system's choice (`handlers.common.web.serve.Api.error_body`).
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
        self.details = dict(details or {})
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})
