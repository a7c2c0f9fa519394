"""CORS of REST APIs, for responses that do not come from a handler.

Those are preflights, answered by a mock integration, and API Gateway's own errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from troposphere import Ref, apigateway

from pkgops.kit.naming import pascal_case
from pkgops.scope import Scope

HEADER = "method.response.header."


@dataclass(frozen=True, slots=True)
class Cors:
    """Pages of ``origin`` ("*": of any) may call, with cookies if ``credentials``, and, after a preflight, those of
    ``extra_origins``."""

    origin: str
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    extra_origins: tuple[str, ...] = ()
    credentials: bool = True

    def response_headers(self) -> dict[str, str]:
        """Header names and values for the main origin."""
        headers = {
            "Access-Control-Allow-Origin": self.origin,
            "Access-Control-Allow-Methods": ",".join(self.methods),
            "Access-Control-Allow-Headers": ",".join(self.headers),
        }
        if self.credentials:
            headers["Access-Control-Allow-Credentials"] = "true"
        if self.origin != "*":
            headers["Vary"] = "Origin"
        return headers

    def other_origin(self) -> str:
        """A Velocity template that allows the request's origin if it is one of the extra ones; renders to nothing."""
        if not self.extra_origins:
            return ""
        wanted = " || ".join(f'$origin == "{origin}"' for origin in self.extra_origins)
        return (
            '#set($origin = $input.params().header.get("Origin"))'
            '#if($origin == "")#set($origin = $input.params().header.get("origin"))#end'
            f"#if({wanted})#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end"
        )


def preflight(scope: Scope, cors: Cors, title: str, api: Any, resource_id: Any) -> Any:
    """Adds the OPTIONS method of one resource: status 204, without a function."""
    names = cors.response_headers()
    response: dict[str, Any] = {
        "StatusCode": "204",
        "ResponseParameters": {f"{HEADER}{name}": f"'{value}'" for name, value in names.items()},
    }
    if cors.extra_origins:
        response["ResponseTemplates"] = {"application/json": cors.other_origin()}
    return scope.add(
        apigateway.Method(
            title,
            RestApiId=Ref(api),
            ResourceId=resource_id,
            HttpMethod="OPTIONS",
            AuthorizationType="NONE",
            Integration=apigateway.Integration(
                Type="MOCK",
                RequestTemplates={"application/json": '{"statusCode": 204}'},
                IntegrationResponses=[apigateway.IntegrationResponse(**response)],
            ),
            MethodResponses=[
                apigateway.MethodResponse(
                    StatusCode="204", ResponseParameters=dict.fromkeys(response["ResponseParameters"], True)
                )
            ],
        )
    )


def gateway_response(scope: Scope, cors: Cors | None, api: Any, kind: str, template: str = "", status: str = "") -> Any:
    """Adds CORS headers (and a body, with ``$context`` variables) to one type of gateway response.

    Specific types do not inherit the headers of DEFAULT_4XX, so each has its own."""
    extra: dict[str, Any] = {"ResponseTemplates": {"application/json": template}} if template else {}
    if status:
        extra["StatusCode"] = status
    headers: Mapping[str, str] = cors.response_headers() if cors else {}
    return scope.add(
        apigateway.GatewayResponse(
            f"{api.title}{pascal_case(kind.lower())}",
            RestApiId=Ref(api),
            ResponseType=kind,
            ResponseParameters={f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
            **extra,
        )
    )
