"""Stripe's SDK, without the HTTP client that it would import: requests, with all its needs a third of the import.

The SDK takes another client where it finds no requests, and is given one over urllib3, which the AWS SDK has loaded.
"""

from __future__ import annotations

import sys
from typing import Any

import urllib3
from urllib3.exceptions import ProtocolError, ProxyError, SSLError, TimeoutError

from handlers.common.connections import proxy_of, through

__all__ = ["Urllib3Client", "stripe"]

_LOADED = "requests" in sys.modules
if not _LOADED:
    sys.modules["requests"] = None  # type: ignore[assignment]  # as if it were not installed
try:
    import stripe
finally:
    if not _LOADED:
        del sys.modules["requests"]

# What the SDK repeats with its client over requests, too; a refused connection is the last. It repeats no other.
_REPEATED = (ProtocolError, ProxyError, TimeoutError)


class Urllib3Client(stripe.HTTPClient):
    """The SDK's requests over kept connections, through the proxy that the environment names if there is one;
    ``connect`` and ``read`` are seconds, to connect and between two packets. The SDK repeats what fails, as often as
    its client says."""

    name = "urllib3"

    def __init__(self, connect: float, read: float) -> None:
        super().__init__()
        self._timeout = urllib3.Timeout(connect=connect, read=read)
        self._pools: dict[str, urllib3.PoolManager] = {}

    def request(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> tuple[Any, int, Any]:
        """The content, status and headers of a response. Raises ``stripe.APIConnectionError`` where none came."""
        try:
            pool = self._pool(proxy_of(url))
            response = pool.request(method.upper(), url, body=post_data, headers=headers, redirect=False)
        except (*_REPEATED, SSLError) as error:
            raise _no_answer(error, should_retry=isinstance(error, _REPEATED)) from error
        except Exception as error:  # its text may repeat a header, and so the key, or the address of a proxy
            raise _no_answer(error, should_retry=False) from None
        return response.data, response.status, response.headers

    def close(self) -> None:
        """Ends the connections."""
        for pool in self._pools.values():
            pool.clear()

    def _pool(self, proxy: str) -> urllib3.PoolManager:
        made = self._pools.get(proxy)
        if made is None:
            options: Any = {
                "ca_certs": stripe.ca_bundle_path,
                "timeout": self._timeout,
                "retries": False,
                "maxsize": 16,
            }
            made = through(proxy, **options) if proxy else urllib3.PoolManager(**options)
        return self._pools.setdefault(proxy, made)


def _no_answer(error: Exception, *, should_retry: bool) -> stripe.APIConnectionError:
    text = f"Stripe did not answer: {type(error).__name__}"
    return stripe.APIConnectionError(text, should_retry=should_retry)  # type: ignore[no-untyped-call]
