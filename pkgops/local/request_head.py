"""What is known of a request before anybody has checked it: its head, and whether a browser has sent it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_BROWSER = ("origin", "referer")
_CLAIMS = frozenset({"x-amz-algorithm", "x-amz-credential", "x-amz-signature", "awsaccesskeyid"})


@dataclass(frozen=True, slots=True)
class Request:
    """A request's head. ``headers`` have names in lower case; ``path`` is decoded, ``query`` too."""

    method: str
    host: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    websocket: bool = False

    @property
    def segments(self) -> list[str]:
        """``/a/b/`` has the segments a, b and an empty one."""
        return self.path.split("/")[1:] or [""]


def from_browser(headers: Mapping[str, str]) -> bool:
    """True if the headers (names in lower case) are those of a browser's request."""
    return any(name in _BROWSER or name.startswith("sec-fetch-") for name in headers)


def claims_query(request: Request) -> bool:
    """True if the query says who has signed the request."""
    return any(name.lower() in _CLAIMS for name in request.query)
