"""The upstreams as one service, by the paths they are played at."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from companions.common.server import Answer, Request, Service, document
from companions.pkgwatch.upstreams.answers import answer

_TARGET = re.compile(r"/(\w+)(/.*)")


class Upstreams(Service):
    """All of them; ``clock`` tells the time their documents were made at."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock

    def answer(self, request: Request) -> Answer:
        """The document of an upstream; 404 if it has none of that name."""
        found = _TARGET.fullmatch(request.target)
        body = answer(found[1], found[2], self._clock()) if found else None
        return document({"message": "Not Found"}, 404) if body is None else Answer(200, body)
