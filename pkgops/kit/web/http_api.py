"""HTTP APIs from the routes of a stack's functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Sub, apigatewayv2, awslambda

from pkgops.kit.function import FunctionResource
from pkgops.kit.naming import arn, pascal_case, placeholder
from pkgops.kit.triggers import HttpRoute
from pkgops.kit.web.access_log import HTTP_FORMAT, access_log
from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class HttpCors:
    """Pages of ``origins`` may call, without cookies. API Gateway accepts ``*`` or whole origins, no wildcard inside
    one. It answers preflights itself and replaces the CORS headers that a function returns. Pages may send the request
    ``headers`` and read the response headers ``expose``."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    expose: tuple[str, ...] = ()
    max_age: int = 300


@dataclass(frozen=True, slots=True)
class JwtAuthorizer:
    """The authorizer of callers by ``Authorization: Bearer`` tokens: their issuer and audience."""

    name: str
    issuer: Any
    audience: Any


@dataclass(frozen=True, slots=True)
class HttpApi:
    """An API on stage ``$default``, so that URLs have no stage; ``rate`` and ``burst`` are requests a second, calls are
    logged for ``log_days``.

    Without ``cors`` no page of another origin may call it; without ``authorizer`` every route is public."""

    name: str
    cors: HttpCors | None = None
    rate: int = 100
    burst: int = 200
    authorizer: JwtAuthorizer | None = None
    log_days: int = 14


@dataclass(frozen=True, slots=True)
class HttpApiResources:
    """The finished API: ``api`` is its resource, ``url`` has no slash at its end."""

    api: Any
    url: Any


def http_api(scope: Scope, row: HttpApi, functions: Iterable[FunctionResource]) -> HttpApiResources:
    """Adds the API with every `HttpRoute` of ``functions``: an integration and a permission for each function. The
    stage deploys changes automatically."""
    extra = {"CorsConfiguration": _cors(row.cors)} if row.cors else {}
    api = scope.add(apigatewayv2.Api("HttpApi", Name=scope.named(row.name), ProtocolType="HTTP", **extra))
    authorizer = scope.add(_authorizer(api, row.authorizer)) if row.authorizer else None
    added: list[HttpRoute] = []
    for function in functions:
        routes = [source for source in function.row.triggers if isinstance(source, HttpRoute)]
        if routes:
            _connect(scope, api, authorizer, function, routes)
            added += routes
    if authorizer is not None:
        _accept_public(scope, added)
    calls = access_log(scope, row.name, row.log_days, http=True)
    scope.add(
        apigatewayv2.Stage(
            "HttpApiStage",
            ApiId=Ref(api),
            StageName="$default",
            AutoDeploy=True,
            AccessLogSettings=apigatewayv2.AccessLogSettings(DestinationArn=GetAtt(calls, "Arn"), Format=HTTP_FORMAT),
            DefaultRouteSettings=apigatewayv2.RouteSettings(
                ThrottlingRateLimit=row.rate, ThrottlingBurstLimit=row.burst
            ),
        )
    )
    return HttpApiResources(api, Sub("https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"))


def _cors(row: HttpCors) -> Any:
    lists = {"AllowHeaders": list(row.headers), "ExposeHeaders": list(row.expose)}
    return apigatewayv2.Cors(
        AllowOrigins=list(row.origins),
        AllowMethods=list(row.methods),
        MaxAge=row.max_age,
        AllowCredentials=False,
        **{name: headers for name, headers in lists.items() if headers},
    )


def _authorizer(api: Any, row: JwtAuthorizer) -> Any:
    return apigatewayv2.Authorizer(
        "HttpApiAuthorizer",
        ApiId=Ref(api),
        Name=row.name,
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration=apigatewayv2.JWTConfiguration(Audience=[row.audience], Issuer=row.issuer),
    )


def _connect(scope: Scope, api: Any, authorizer: Any, function: FunctionResource, routes: list[HttpRoute]) -> None:
    integration = scope.add(
        apigatewayv2.Integration(
            f"{function.id}Integration",
            ApiId=Ref(api),
            IntegrationType="AWS_PROXY",
            IntegrationUri=function.target,
            PayloadFormatVersion="2.0",
        )
    )
    for row in routes:
        guard: dict[str, Any] = {"AuthorizationType": "NONE"}
        if authorizer is not None and not row.public:
            guard = {"AuthorizationType": "JWT", "AuthorizerId": Ref(authorizer)}
        scope.add(
            apigatewayv2.Route(
                _route_id(row),
                ApiId=Ref(api),
                RouteKey=row.route,
                Target=Sub(f"integrations/{placeholder(Ref(integration))}"),
                **guard,
            )
        )
    scope.add(
        awslambda.Permission(
            f"{function.id}HttpPermission",
            Action="lambda:InvokeFunction",
            FunctionName=function.target,
            Principal="apigateway.amazonaws.com",
            SourceArn=arn("execute-api", f"{placeholder(Ref(api))}/*/*"),
        )
    )


def _accept_public(scope: Scope, routes: list[HttpRoute]) -> None:
    """``pkgops check`` asks about a public route next to one that is not; here its author has said so."""
    if all(route.public for route in routes):
        return
    for route in routes:
        if route.public:
            scope.accept("P502", _route_id(route), reason="declared public by HttpRoute")


def _route_id(row: HttpRoute) -> str:
    method, path = row.route.split(" ")
    return f"{pascal_case(method.capitalize())}{pascal_case(path)}Route"
