"""The API stack: Keyvex's WebSocket API, and the REST API that the documents keep for later."""

from __future__ import annotations

from troposphere import Ref, Sub

from pkgops.kit.function import Function, FunctionResource
from pkgops.kit.triggers import WebSocketRoute
from pkgops.kit.web.cors import Cors
from pkgops.kit.web.rest_api import RestApi, rest_api
from pkgops.kit.web.rest_routes import FixedRoute
from pkgops.kit.web.websocket_api import WebSocketApi, websocket_api
from pkgops.scope import Scope
from templates.keyvex.naming import describe, publish, socket_stage

SOCKET_API, REST_API = "keyvex-websocket-api-{environment}", "keyvex-rest-api-{environment}"
REST_STAGE = "prod"  # whatever the environment
METHODS = ("OPTIONS", "GET", "PUT", "POST", "DELETE", "PATCH", "HEAD")
SITES = ("https://keyvex.com", "https://www.keyvex.com")


def build(scope: Scope) -> None:
    """Both APIs and their addresses."""
    describe(scope, "API")
    stage = socket_stage(scope)
    row = WebSocketApi(SOCKET_API, stage, description=f"Keyvex WebSocket API - {scope.environment}")
    sockets = websocket_api(scope, row, [_handler(scope)])
    _rest(scope)
    publish(
        scope,
        WebSocketApiEndpoint=Sub("wss://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"),
        WebSocketApiId=Ref(sockets.api),
        WebSocketStage=stage,
        RestApiEndpoint=Sub(f"https://${{Api}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{REST_STAGE}/"),
    )


def _handler(scope: Scope) -> FunctionResource:
    """The function of the compute stack, for all three routes."""
    routes = tuple(WebSocketRoute(route) for route in ("$connect", "$disconnect", "$default"))
    function = scope.use("compute.WebsocketHandlerFunctionArn")
    return FunctionResource(Function("websocket_handler", routes), "WebsocketHandler", function, function)


def _rest(scope: Scope) -> None:
    """No route of its own but a sign of life; whatever is added later, pages of the site may call."""
    headers, (site, *others) = ("Content-Type", "Authorization"), SITES
    if scope.stage.production:
        cors = Cors(site, METHODS, headers, tuple(others), credentials=False)
    else:
        cors = Cors("*", METHODS, headers, credentials=False)
    row = RestApi(
        REST_API,
        REST_STAGE,
        cors,
        rate=0,
        description=f"Keyvex REST API - {scope.environment}",
        fixed=(FixedRoute("GET /health", {"status": "ok", "environment": scope.environment}),),
        logged=scope.settings.api_logs,
        traced=False,
    )
    rest_api(scope, row, [])
