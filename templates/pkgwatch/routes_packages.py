"""Which functions tell about packages?"""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.sources import Route
from templates.pkgwatch import bodies
from templates.pkgwatch.access import Access
from templates.pkgwatch.contracts import packages as said

_CACHED_BY = ("path.ecosystem", "path.name", "header.Origin")


def rows(a: Access) -> list[Function]:
    """A handler is one row: its file, its routes, what it may do."""
    health = Route("GET /health", contract=said.HEALTH)
    get_package = Route("GET /packages/{ecosystem}/{name}", cache_keys=_CACHED_BY, contract=said.GET_PACKAGE)
    scan = Route("POST /scan", bodies.SCAN, contract=said.SCAN)
    request_package = Route("POST /packages/request", bodies.REQUEST_PACKAGE, contract=said.REQUEST_PACKAGE)
    get_usage = Route("GET /usage", contract=said.GET_USAGE)
    badge = Route("GET /badge/{ecosystem}/{name}", contract=said.BADGE)
    reads, charges = (a.packages_r, a.keys_rw, a.referrals_rw), (a.packages_queue,)
    requests, asks = (a.packages_rw, a.keys_rw, a.packages_queue), {**a.queue, **a.depsdev}
    return [
        Function("health", (health,)),
        Function("get_package", (get_package,), reads, canary="pkgwatch-api-getpackage-errors"),
        Function("scan", (scan,), reads + charges, a.queue, 1024, 28, canary="pkgwatch-api-scan-errors"),
        Function("request_package", (request_package,), requests, asks),
        Function("get_usage", (get_usage,), (a.keys_r,)),
        Function("badge", (badge,), (a.packages_r,)),
    ]
