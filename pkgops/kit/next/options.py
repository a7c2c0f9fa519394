"""What a Next.js site is made with: the settings of `pkgops.kit.next.site.next_site`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from awacs.aws import Statement

from pkgops.kit.function import Vpc
from pkgops.kit.links import Link
from pkgops.kit.next.start import Variables


@dataclass(frozen=True, slots=True)
class NextSite:
    """``prefix`` begins the documented names of all it makes ("shop-{stage}-" gives ``shop-{stage}-server``);
    ``secret`` is that of the secret with the header's value.

    ``environment``, ``variables`` (whose values are secrets, see `pkgops.kit.next.start`), ``links`` and ``grants`` are
    the server's, and so are ``vpc``, ``memory`` in MB and ``timeout`` in seconds. Paths that fit a pattern of
    ``private`` are never cached: what depends on a cookie belongs there. ``retention`` and ``other_retention`` of the
    logs of the server and of the other functions are in days. ``warmed`` calls the server every five minutes. With
    ``retained`` files and secret outlive the stack; both can be made again.
    """

    prefix: str
    secret: str
    comment: str
    environment: Mapping[str, Any] = field(default_factory=dict)
    variables: Variables = ()
    links: tuple[Link, ...] = ()
    grants: tuple[Statement, ...] = ()
    vpc: Vpc | None = None
    memory: int = 1024
    timeout: int = 30
    image_memory: int = 1024
    runtime: str = "nodejs22.x"
    private: tuple[str, ...] = ("/api/*",)
    retention: int = 14
    other_retention: int = 7
    price_class: str = "PriceClass_100"
    warmed: bool = False
    retained: bool = False
