"""Stripe's SDK, without the HTTP client that it would import: requests, with all its needs a third of the import.

The SDK takes another client where it finds no requests, and is given one over urllib3, which the AWS SDK has loaded.
"""

from __future__ import annotations

import sys
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError, SSLError

__all__ = ["Urllib3Client", "stripe"]

_LOADED = "requests" in sys.modules
if not _LOADED:
    sys.modules["requests"] = None  # type: ignore[assignment]  # as if it were not installed
try:
    import stripe
finally:
    if not _LOADED:
        del sys.modules["requests"]


class Urllib3Client(stripe.HTTPClient):
    """The SDK's requests over one pool of connections; ``connect`` and ``read`` are seconds, to connect and between two
    packets. The SDK repeats what fails, as often as its client says."""

    name = "urllib3"

    def __init__(self, connect: float, read: float) -> None:
        super().__init__()
        timeout = urllib3.Timeout(connect=connect, read=read)
        self._pool = urllib3.PoolManager(ca_certs=stripe.ca_bundle_path, timeout=timeout, retries=False, maxsize=16)

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> tuple[Any, int, Any]:
        """The content, status and headers of a response. Raises ``stripe.APIConnectionError`` where none came."""
        try:
            response = self._pool.request(method.upper(), url, body=post_data, headers=headers, redirect=False)
        except HTTPError as error:
            raise stripe.APIConnectionError(  # type: ignore[no-untyped-call]
                f"Stripe did not answer: {type(error).__name__}", should_retry=not isinstance(error, SSLError)
            ) from error
        return response.data, response.status, response.headers

    def close(self) -> None:
        """Ends the connections."""
        self._pool.clear()
