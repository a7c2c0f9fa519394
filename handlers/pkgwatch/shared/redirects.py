"""How is a browser sent on?"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from handlers.common.responses import Response


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
