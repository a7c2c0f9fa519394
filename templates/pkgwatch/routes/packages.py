"""The functions that answer questions about packages."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.triggers import Route
from templates.pkgwatch.contracts import packages as contracts
from templates.pkgwatch.routes.access import Environment, Grants, Links

_CACHE_KEYS = ("path.ecosystem", "path.name", "header.Origin")


def rows(grants: Grants, environment: Environment, links: Links) -> list[Function]:
    """One row a function: its file, its routes, its permissions, its environment."""
    get_package = Route("GET /packages/{ecosystem}/{name}", contracts.GET_PACKAGE, _CACHE_KEYS)
    # Reads the key, counts the request, and credits whoever has referred the user.
    metered = (
        grants.keys("GetItem", "Query", "UpdateItem"),
        grants.referrals("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem"),
    )
    looked_up = (grants.packages("GetItem"), *metered)
    return [
        Function("health", (Route("GET /health", contracts.HEALTH),)),
        Function("get_package", (get_package,), looked_up, canary="pkgwatch-api-getpackage-errors"),
        Function(
            "scan",
            (Route("POST /scan", contracts.SCAN),),
            (grants.packages("BatchGetItem"), *metered),
            links=(links.queue_packages,),
            memory=1024,
            timeout=28,
            canary="pkgwatch-api-scan-errors",
        ),
        Function(
            "request_package",
            (Route("POST /packages/request", contracts.REQUEST_PACKAGE),),
            (grants.packages("GetItem", "PutItem"), grants.keys("UpdateItem")),
            environment.depsdev,
            links=(links.queue_packages, links.ip_hash_salt),
        ),
        Function("badge", (Route("GET /badge/{ecosystem}/{name}", contracts.BADGE),), (grants.packages("GetItem"),)),
    ]
