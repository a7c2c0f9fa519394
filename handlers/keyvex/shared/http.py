"""The connections of a function of Keyvex to services on the internet, which take JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from handlers.common.http import HttpClient, Response


@cache
def _client() -> HttpClient:
    return HttpClient()


def post_json(url: str, headers: Mapping[str, str], body: Any, seconds: float) -> Response:
    """Posts JSON; the whole response has come after so many seconds, or `handlers.common.http.NoResponse` is raised."""
    sent = {"content-type": "application/json", **headers}
    return _client().request("POST", url, seconds, sent, msgspec.json.encode(body))
