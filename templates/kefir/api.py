"""The HTTP API of Kefir and the functions behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import Ref

from pkgops.kit.function import FunctionResource, functions
from pkgops.kit.web.http_api import HttpApi, HttpCors, JwtAuthorizer, http_api
from pkgops.scope import Scope
from templates.kefir.auth import Users
from templates.kefir.data import Stored
from templates.kefir.defaults import defaults
from templates.kefir.naming import NAME
from templates.kefir.routes import rows
from templates.kefir.settings import origins


@dataclass(frozen=True, slots=True)
class Served:
    """A reference to the API's id, and its functions in the documented order."""

    api: Any
    functions: tuple[FunctionResource, ...]


def add(scope: Scope, users: Users, stored: Stored) -> Served:
    """Adds the seven functions and the HTTP API in front of them."""
    environment = {
        stored.bucket.variable: stored.bucket.reference,
        "USER_POOL_ID": users.pool,
        "USER_POOL_CLIENT_ID": users.client,
        "WEB_DOMAIN": scope.settings.web_domain,
        "PRESIGN_TTL_SECONDS": str(scope.settings.presign_ttl_seconds),
    }
    built = functions(
        scope, defaults(scope, "api", environment), rows(users, stored, scope.settings.logins_per_address)
    )
    made = http_api(
        scope,
        HttpApi(
            NAME,
            HttpCors(
                origins(scope.stage, scope.settings),
                methods=("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"),
                headers=("Content-Type", "Authorization"),
                expose=("Content-Type",),
            ),
            rate=1000,
            burst=2000,
            authorizer=JwtAuthorizer("cognito-authorizer", users.issuer, users.client),
            log_days=30 if scope.stage.production else 14,
        ),
        built.values(),
    )
    _accept(scope, environment)
    scope.output("ApiUrl", made.url)
    scope.output("Region", Ref("AWS::Region"))
    return Served(Ref(made.api), tuple(built.values()))


def _accept(scope: Scope, environment: dict[str, Any]) -> None:
    for name in environment:
        scope.accept("P206", subject=name, reason="the documents give it to every function of the API")
