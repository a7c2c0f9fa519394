"""WebSocket APIs from the routes of a stack's functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from awacs import execute_api
from awacs.aws import Statement
from troposphere import Ref, Sub, apigatewayv2, awslambda

from pkgops.kit import grants
from pkgops.kit.function import FunctionResource
from pkgops.kit.links import Link
from pkgops.kit.naming import arn, pascal_case, placeholder
from pkgops.kit.triggers import WebSocketRoute
from pkgops.scope import Scope

_ID = "WebSocketApi"


@dataclass(frozen=True, slots=True)
class RequestAuthorizer:
    """The authorizer of ``$connect``: a function of the stack, called once a connection.

    ``identity_sources`` ("route.request.querystring.token") must be there, or API Gateway refuses the connection
    itself; none calls the function whatever the client sends, so that it can let clients in without a token."""

    name: str
    function: FunctionResource
    identity_sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WebSocketApi:
    """An API whose frames go to the route that ``selection`` finds in them, else to ``$default``.

    Functions answer by posting to the connection (`connections`), never by what they return. Without ``authorizer``
    anybody may connect. ``rate`` and ``burst`` limit frames a second; 0 leaves it at the account's limit.
    """

    name: str
    stage: str
    authorizer: RequestAuthorizer | None = None
    selection: str = "$request.body.action"
    rate: int = 0
    burst: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class WebSocketApiResources:
    """The finished API: ``api`` is its resource, ``url`` what clients connect to."""

    api: Any
    url: Any


def connections(stage: str) -> Link:
    """Posts to the connections of the stack's WebSocket API, looks at them and ends them; sets no variable, as each
    event names its API."""
    return Link("", None, (manage_connections(stage),))


def manage_connections(stage: str) -> Statement:
    """The permission for it."""
    return grants.allow([execute_api.ManageConnections], arn("execute-api", f"${{{_ID}}}/{stage}/*"))


def websocket_api(scope: Scope, row: WebSocketApi, functions: Iterable[FunctionResource]) -> WebSocketApiResources:
    """Adds the API with every `WebSocketRoute` of ``functions``: an integration and a permission for each function. The
    stage deploys changes automatically."""
    extra = {"RouteSelectionExpression": row.selection}
    if row.description:
        extra["Description"] = row.description
    api = scope.add(apigatewayv2.Api(_ID, Name=scope.named(row.name), ProtocolType="WEBSOCKET", **extra))
    authorizer = _authorizer(scope, api, row.authorizer) if row.authorizer else None
    for function in functions:
        routes = [source for source in function.row.triggers if isinstance(source, WebSocketRoute)]
        if routes:
            _connect(scope, api, authorizer, function, routes)
    limits: dict[str, Any] = {}
    if row.rate:
        limits["DefaultRouteSettings"] = apigatewayv2.RouteSettings(
            ThrottlingRateLimit=row.rate, ThrottlingBurstLimit=row.burst or row.rate
        )
    scope.add(apigatewayv2.Stage(f"{_ID}Stage", ApiId=Ref(api), StageName=row.stage, AutoDeploy=True, **limits))
    url = Sub(f"wss://${{{_ID}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{row.stage}")
    return WebSocketApiResources(api, url)


def _authorizer(scope: Scope, api: Any, row: RequestAuthorizer) -> Any:
    made = scope.add(
        apigatewayv2.Authorizer(
            f"{_ID}Authorizer",
            ApiId=Ref(api),
            Name=row.name,
            AuthorizerType="REQUEST",
            AuthorizerUri=_invocation(row.function),
            IdentitySource=list(row.identity_sources),
        )
    )
    _permission(scope, f"{row.function.id}AuthorizerPermission", row.function, f"authorizers/{placeholder(Ref(made))}")
    return made


def _connect(scope: Scope, api: Any, authorizer: Any, function: FunctionResource, routes: list[WebSocketRoute]) -> None:
    integration = scope.add(
        apigatewayv2.Integration(
            f"{function.id}SocketIntegration",
            ApiId=Ref(api),
            IntegrationType="AWS_PROXY",
            IntegrationUri=_invocation(function),
        )
    )
    for row in routes:
        guard: dict[str, Any] = {"AuthorizationType": "NONE"}
        if authorizer is not None and row.route == "$connect":
            guard = {"AuthorizationType": "CUSTOM", "AuthorizerId": Ref(authorizer)}
        scope.add(
            apigatewayv2.Route(
                f"{pascal_case(row.route)}SocketRoute",
                ApiId=Ref(api),
                RouteKey=row.route,
                Target=Sub(f"integrations/{placeholder(Ref(integration))}"),
                **guard,
            )
        )
        _permission(scope, f"{function.id}{pascal_case(row.route)}Permission", function, f"*/{row.route}")


def _invocation(function: FunctionResource) -> Any:
    target = placeholder(function.target)
    return Sub(
        f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{target}/invocations"
    )


def _permission(scope: Scope, title: str, function: FunctionResource, source: str) -> None:
    scope.add(
        awslambda.Permission(
            title,
            Action="lambda:InvokeFunction",
            FunctionName=function.target,
            Principal="apigateway.amazonaws.com",
            SourceArn=arn("execute-api", f"${{{_ID}}}/{source}"),
        )
    )
