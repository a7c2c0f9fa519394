"""HTTP APIs of templates: preflights are answered, and answers carry the API's CORS headers.

The emulator keeps ``CorsConfiguration`` as templates spell it (``AllowOrigins``) and reads it as its API does
(``allowOrigins``), so that it finds nothing: every preflight is refused.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, switched_on
from pkgops.local.hooks.types import Properties, Types

KIND = "AWS::ApiGatewayV2::Api"
_WHOLE, _TRUTH = "MaxAge", "AllowCredentials"


def install(types: Types) -> None:
    """Keeps the configuration in the service's spelling once the API is created or changed."""
    from ministack.services import apigateway

    require(apigateway, "_apis", "_cors_response_headers", "_cors_preflight_response")
    types.after(KIND, _apply)


def _apply(api_id: str, new: Properties, _: Properties) -> None:
    from ministack.services import apigateway

    if cors := new.get("CorsConfiguration"):
        apigateway._apis[api_id]["corsConfiguration"] = {
            name[:1].lower() + name[1:]: _typed(name, value) for name, value in cors.items()
        }


def _typed(name: str, value: Any) -> Any:
    """Numbers and booleans may arrive as text."""
    if name == _WHOLE:
        return int(value)
    return switched_on(value) if name == _TRUTH else value
