"""The ways in which an upstream fails to answer."""

from __future__ import annotations

CIRCUIT_OPEN = "circuit_open"
RATE_LIMITED = "rate_limit_exceeded"
INVALID_JSON = "invalid_json_response"
WRONG_DOCUMENT = "wrong_document"
NOT_FOUND = "package_not_found"


class UpstreamError(Exception):
    """An upstream returned nothing usable. ``code`` is recorded as ``<source>_error``.

    ``blame`` is for the circuit breaker: True counts as a failure, False as a success, None as neither. ``retryable``
    says whether a retry may help, ``retry_after`` how many seconds the upstream asks to wait, if it does.
    """

    def __init__(
        self, code: str, *, blame: bool | None = True, retryable: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.blame = blame
        self.retryable = retryable
        self.retry_after = retry_after


class NotFound(UpstreamError):  # noqa: N818 - an outcome, not an error
    """The upstream does not have the document, which is an answer."""

    def __init__(self) -> None:
        super().__init__(NOT_FOUND, blame=False)
