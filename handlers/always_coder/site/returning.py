"""Where a visitor goes after the login: the state that remembers it, and what of that is safe to follow.

A state comes from whoever made the link, so it never leads to another site.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, urlsplit

HOME = "/"
# What stands for itself in the location of a redirect; the rest is percent-encoded.
_PLAIN = "!#$%&'()*+,/:;=?@[]^`{|}~-._"


def state_for(url: str) -> str:
    """The state that leads back to ``url``, as the value of a query parameter."""
    text = json.dumps({"returnUrl": url}, separators=(",", ":"), ensure_ascii=False)
    return quote(base64.b64encode(text.encode("utf-8", "replace")), safe="")


def location(state: str, host: str) -> str:
    """The path on ``host`` that a state leads to; the home page if it leads nowhere or elsewhere."""
    url = _return_url(state)
    if any(ord(letter) <= ord(" ") or ord(letter) == 127 or "\ud800" <= letter <= "\udfff" for letter in url):
        return HOME  # browsers leave such characters out, and what remains may be another site's address
    try:
        parts = urlsplit(url)
    except ValueError:
        return HOME
    if parts.scheme or parts.netloc:
        if parts.scheme != "https" or parts.netloc.lower().removesuffix(":443") != host.lower():
            return HOME
        url = (parts.path or HOME) + (f"?{parts.query}" if parts.query else "")
    return quote(url, safe=_PLAIN) if _is_local(url) else HOME


def _is_local(path: str) -> bool:
    """True for a path of this site: browsers take ``//`` and ``/\\`` for the beginning of another one's address."""
    return path.startswith("/") and path[1:2] not in ("/", "\\")


def _return_url(state: str) -> str:
    """The address in a state, "" if there is none."""
    try:
        text = state.replace("-", "+").replace("_", "/").rstrip("=")
        found = json.loads(base64.b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return ""
    url = found.get("returnUrl") if isinstance(found, dict) else None
    return url if isinstance(url, str) else ""
