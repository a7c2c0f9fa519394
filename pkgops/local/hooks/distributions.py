"""Where distributions answer on loopback, as their records have it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

PORT = "pkgops_port"  # in a distribution's record, and so in what is saved
_LOOPBACK = re.compile(r"https?://(?:127\.0\.0\.1|localhost):(\d{1,5})(?=[/?#]|$)")
_DOMAIN = re.compile(r"https://([a-z0-9]+\.cloudfront\.net)(?=[/?#]|$)")


def as_on_aws(address: str) -> str:
    """The address with the domain of the distribution whose port it names; any other as it is."""
    found = _LOOPBACK.match(address)
    domain = next((one for one, port in _ports() if found and port == int(found[1])), "")
    return f"https://{domain}{address[found.end() :]}" if found and domain else address


def as_here(address: str) -> str:
    """The address with the port of the distribution whose domain it has; any other as it is."""
    found = _DOMAIN.match(address)
    port = next((port for one, port in _ports() if found and one == found[1]), 0)
    return f"https://127.0.0.1:{port}{address[found.end() :]}" if found and port else address


def _ports() -> Iterator[tuple[str, int]]:
    from ministack.services import cloudfront

    records: list[Mapping[str, object]] = list(cloudfront._distributions._data.values())
    for record in records:
        port = record.get(PORT)
        if isinstance(port, int):
            yield str(record["DomainName"]), port
