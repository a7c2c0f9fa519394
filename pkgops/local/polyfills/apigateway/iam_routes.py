"""HTTP APIs: a route with AWS_IAM takes no Authorization header but one with AWS credentials.

The guard verifies what claims to be a signature; the emulator lets any other header of that name pass for one.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Looks at the header before the route's function is invoked."""
    from ministack import app
    from ministack.core import router
    from ministack.services import apigateway

    require(app, "_execute_api_authorization_type")
    require(router, "extract_access_key_id")
    require(apigateway, "_jwt_forbidden")
    wrap(app, "_enforce_execute_api", _signed)


def _signed(original: Any) -> Any:
    from ministack import app
    from ministack.core.router import extract_access_key_id
    from ministack.services import apigateway

    def enforce(*request: Any, **more: Any) -> Any:
        refused = original(*request, **more)
        if refused:
            return refused
        *route, headers, query = request[:6]
        if app._execute_api_authorization_type(*route) == "AWS_IAM" and not extract_access_key_id(headers, query):
            return apigateway._jwt_forbidden()
        return None

    return enforce
