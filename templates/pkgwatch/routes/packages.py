"""The functions that answer questions about packages."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.triggers import Route
from templates.pkgwatch.contracts import packages as contracts
from templates.pkgwatch.routes.access import Environment, Grants

_CACHE_KEYS = ("path.ecosystem", "path.name", "header.Origin")


def rows(grants: Grants, environment: Environment) -> list[Function]:
    """One row a function: its file, its routes, its permissions, its environment."""
    get_package = Route("GET /packages/{ecosystem}/{name}", contracts.GET_PACKAGE, _CACHE_KEYS)
    metered = (grants.read_packages, grants.write_keys, grants.write_referrals)
    return [
        Function("health", (Route("GET /health", contracts.HEALTH),)),
        Function("get_package", (get_package,), metered, canary="pkgwatch-api-getpackage-errors"),
        Function(
            "scan",
            (Route("POST /scan", contracts.SCAN),),
            (*metered, grants.queue_packages),
            environment.package_queue,
            memory=1024,
            timeout=28,
            canary="pkgwatch-api-scan-errors",
        ),
        Function(
            "request_package",
            (Route("POST /packages/request", contracts.REQUEST_PACKAGE),),
            (grants.write_packages, grants.write_keys, grants.queue_packages),
            {**environment.package_queue, **environment.depsdev},
        ),
        Function("badge", (Route("GET /badge/{ecosystem}/{name}", contracts.BADGE),), (grants.read_packages,)),
    ]
