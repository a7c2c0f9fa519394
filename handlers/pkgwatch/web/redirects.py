"""Redirects of a browser that follows a link in a mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from handlers.common.logs import logger
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response
from handlers.pkgwatch.web.constant_time import MinimumTime

BOTH = ("error", "message")


def redirect(url: str, query: Mapping[str, str] | None = None, cookie: str = "") -> Response:
    """302 to ``url`` with ``query`` encoded after it, setting ``cookie`` if one is given."""
    headers = {
        "Location": f"{url}?{urlencode(query)}" if query else url,
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    if cookie:
        headers["Set-Cookie"] = cookie
    return Response(302, "", headers)


def redirecting(
    answer: Callable[[], Response], page: str, minimum: MinimumTime | None = None, shown: Sequence[str] = BOTH
) -> Response:
    """What ``answer`` returns; for an error a redirect to ``page`` with what is ``shown`` of it in the query, not
    before ``minimum`` has passed. A person who follows a link in a mail looks at a browser, not at JSON."""
    try:
        return answer()
    except ApiError as error:
        failure = error
    except Exception:
        logger.exception("Request failed")
        failure = ApiError(500, "internal_error", "Something went wrong on our side. Please try again.")
    if minimum:
        minimum.wait()
    told = {"error": failure.code, "message": failure.message}
    return redirect(page, {name: told[name] for name in shown})
