"""APIs with a user pool's tokens take those that are meant for them, and no others.

A refresh token of the emulator is signed like the others, so that its authorizers take it. AWS's are encrypted, and a
REST API takes the ID token, or the access token where the method names scopes.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_BEARERS = (None, "id", "access")  # None: another issuer's token


def install(_: Types) -> None:
    """Looks at what the emulator's authorizers have accepted."""
    from ministack.services import apigateway, apigateway_v1

    require(apigateway, "_jwt_unauthorized")
    require(apigateway_v1, "_gw_error")
    wrap(apigateway, "_validate_jwt_authorizer", _for_http_apis)
    wrap(apigateway_v1, "_validate_cognito_authorizer", _for_rest_apis)


def _for_http_apis(original: Any) -> Any:
    from ministack.services import apigateway

    async def validate(*arguments: Any) -> Any:
        claims, scopes, error = await original(*arguments)
        if error is None and claims.get("token_use") not in _BEARERS:
            return None, None, apigateway._jwt_unauthorized()
        return claims, scopes, error

    return validate


def _for_rest_apis(original: Any) -> Any:
    from ministack.services import apigateway_v1 as rest

    async def validate(authorizer: Any, method: dict[str, Any], *others: Any) -> Any:
        claims, error = await original(authorizer, method, *others)
        wanted = "access" if method.get("authorizationScopes") else "id"
        if error is None and claims.get("token_use") != wanted:
            return None, rest._gw_error("UNAUTHORIZED", "Unauthorized")
        return claims, error

    return validate
