"""The response API Gateway gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# The Cache-Control of every response that does not say how long it may be kept, and by whom.
PRIVATE = "private, no-store"


@dataclass(slots=True)
class Response:
    """A response before it is rendered; ``headers`` may be added to."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def render(self) -> dict[str, Any]:
        """The proxy response, the same for both kinds of API."""
        return {"statusCode": self.status, "headers": self.headers, "body": self.body}


def json_response(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    """``body`` as compact JSON."""
    text = json.dumps(body, separators=(",", ":"))
    return Response(status, text, {"Content-Type": "application/json", **(headers or {})})
