"""Where the emulator's distributions answer: every one has a port of loopback of its own, for http and https."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.local.client.loopback import fetch
from pkgops.local.client.running import parsed_identity
from pkgops.local.home import IDENTITY_PATH
from pkgops.local.urls import DISTRIBUTION, reachable


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


def addresses(endpoint: str) -> dict[str, str]:
    """The address of each distribution by its domain, asked of the emulator at ``endpoint``; {} if it does not
    answer."""
    port = int(endpoint.rpartition(":")[2])
    try:
        _, body = fetch(port, IDENTITY_PATH, timeout=2.0)
    except OSError:
        return {}
    return {row.domain: row.address for row in distributions(parsed_identity(body)) if row.address}


def local_value(value: str, endpoint: str) -> str:
    """`pkgops.local.urls.reachable`, with what it has to know of distributions."""
    return reachable(value, endpoint, addresses(endpoint) if DISTRIBUTION.search(value) else {})
