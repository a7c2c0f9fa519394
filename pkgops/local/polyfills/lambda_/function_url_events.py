"""The event of a function's URL has the path and the query as they were sent: the emulator decodes the one and writes
the other anew, so that ``/a%2Fb`` could not be told from ``/a/b``, and ``/%00`` was the home page to a router."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks import request
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Wraps what makes the event."""
    from ministack.services import lambda_svc

    require(lambda_svc, "_build_function_url_event")
    wrap(lambda_svc, "_build_function_url_event", _as_sent)


def _as_sent(original: Any) -> Any:
    def build(url: str, *given: Any, **named: Any) -> dict[str, Any]:
        event: dict[str, Any] = original(url, *given, **named)
        path = request.raw_path.get().removeprefix(f"/_aws/lambda-url/{url}") or "/"
        if path.startswith("/"):
            event["rawPath"] = event["requestContext"]["http"]["path"] = path
            event["rawQueryString"] = request.raw_query.get()
        return event

    return build
