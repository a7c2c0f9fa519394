"""Where the emulator's distributions and WebSocket APIs answer: each has a port of loopback of its own, with and
without TLS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.local.client.loopback import fetch
from pkgops.local.client.running import parsed_identity
from pkgops.local.home import IDENTITY_PATH
from pkgops.local.urls import DISTRIBUTION, SOCKET, reachable


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution. ``address`` is ``https://127.0.0.1:4666``, without a slash at the end, and http works too; ""
    where no port was free."""

    id: str
    domain: str
    comment: str
    address: str


def distributions(identity: Mapping[str, Any]) -> tuple[Distribution, ...]:
    """Those a server names when it says about itself what `parsed_identity` reads."""
    return tuple(Distribution(**row) for row in identity.get("distributions", []))


def own_hosts(endpoint: str) -> dict[str, str]:
    """The host on loopback of each distribution by its domain, and of each WebSocket API by its id, asked of the
    emulator at ``endpoint``; {} if it does not answer."""
    port = int(endpoint.rpartition(":")[2])
    try:
        _, body = fetch(port, IDENTITY_PATH, timeout=2.0)
    except OSError:
        return {}
    identity = parsed_identity(body)
    found = {row.domain: row.address.partition("://")[2] for row in distributions(identity) if row.address}
    return found | {row["id"]: row["host"] for row in identity.get("websocket_apis", []) if row["host"]}


def local_value(value: str, endpoint: str) -> str:
    """`pkgops.local.urls.reachable`, with what it has to know of distributions and WebSocket APIs."""
    asked = DISTRIBUTION.search(value) or SOCKET.search(value)
    return reachable(value, endpoint, own_hosts(endpoint) if asked else {})
