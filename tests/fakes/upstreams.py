"""The upstreams PkgWatch collects from, on loopback: the companion's own server, with its faults at hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pkgops.local.companions.upstreams import addresses
from pkgops.local.companions.upstreams.faults import Fault
from pkgops.local.companions.upstreams.server import Upstreams, listening


class World:
    """``url`` is the server's address, ``environment`` leads functions to it."""

    def __init__(self, server: Upstreams) -> None:
        self._server = server
        self.url = server.url
        self.environment = addresses(server.url)

    def fault(self, path: str, **what: Any) -> None:
        """Requests that match ``path`` go wrong (see `Fault`)."""
        self._server.faults.add(Fault(path, **what))

    def heal(self) -> None:
        """No faults any more, nothing asked yet."""
        self._server.faults.clear()
        self._server.asked.clear()
        self._server.authorization.clear()
        self._server.most_at_once = self._server.connections = 0

    def asked(self, part: str = "") -> list[str]:
        """Paths and queries of the requests so far that contain ``part``, or begin with it if it begins with /."""
        hit = str.startswith if part.startswith("/") else str.__contains__
        return [target for target in list(self._server.asked) if hit(target, part)]

    @property
    def authorization(self) -> set[str]:
        """The Authorization headers that came, "" for none."""
        return self._server.authorization

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return self._server.connections

    @property
    def most_at_once(self) -> int:
        """How many requests were under way together."""
        return self._server.most_at_once


@contextmanager
def upstreams(clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[World]:
    """All upstreams on a free port."""
    server = Upstreams(listening(), clock)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield World(server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
