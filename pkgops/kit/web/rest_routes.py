"""The routes of a REST API: resources, methods, permissions, models and preflights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Sub, apigateway, awslambda

from pkgops.kit.contract import Body
from pkgops.kit.function import FunctionResource
from pkgops.kit.naming import pascal_case, placeholder
from pkgops.kit.triggers import Route
from pkgops.kit.web.cors import HEADER, Cors, preflight
from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class FixedRoute:
    """``"GET /health"``, answered with status 200 and ``body`` as JSON, without a function."""

    route: str
    body: Mapping[str, Any]


def add_routes(
    scope: Scope,
    api: Any,
    stage: str,
    cors: Cors | None,
    functions: Iterable[FunctionResource],
    fixed: Iterable[FixedRoute] = (),
) -> None:
    """Adds every `Route` of ``functions`` to ``api``: a resource for each path segment, the method and the permission
    to invoke the function, models, and with ``cors`` a preflight on each resource, the root included. ``fixed`` routes
    follow."""
    routes = _Routes(scope, api, stage, cors)
    for row in fixed:
        routes.answer(row)
    for function in functions:
        for source in function.row.triggers:
            if isinstance(source, Route):
                routes.add(function, source)


class _Routes:
    """Adds routes, creating each path segment and each model once."""

    def __init__(self, scope: Scope, api: Any, stage: str, cors: Cors | None) -> None:
        self.scope = scope
        self.api = api
        self.stage = stage
        self.cors = cors
        self.resources: dict[str, Any] = {}
        self.bodies: dict[str, Body] = {}
        self.models: dict[str, Any] = {}
        self.validator: Any = None

    def add(self, function: FunctionResource, route: Route) -> None:
        """Adds the method, and its path and its body's model if they do not exist yet."""
        title = f"Api{pascal_case(route.path)}{route.method.capitalize()}"
        keys = [f"method.request.{key}" for key in route.cache_keys]
        extra = self._validation(route.body) if route.body else {}
        if keys:
            extra["RequestParameters"] = {key: ".path." in key for key in keys}
        self.scope.add(
            apigateway.Method(
                title,
                RestApiId=Ref(self.api),
                ResourceId=self._resource(route.path),
                HttpMethod=route.method,
                AuthorizationType="NONE",
                Integration=_proxy(function, keys),
                **extra,
            )
        )
        self._permission(title, function, route)

    def answer(self, row: FixedRoute) -> None:
        """Adds the method of a fixed route."""
        route = Route(row.route)
        headers = self.cors.response_headers() if self.cors else {}
        named = {f"{HEADER}{name}": f"'{value}'" for name, value in headers.items()}
        body = (self.cors.other_origin() if self.cors else "") + json.dumps(row.body, separators=(",", ":"))
        integration = apigateway.Integration(
            Type="MOCK",
            RequestTemplates={"application/json": '{"statusCode": 200}'},
            IntegrationResponses=[
                apigateway.IntegrationResponse(
                    StatusCode="200", ResponseParameters=named, ResponseTemplates={"application/json": body}
                )
            ],
        )
        answers = apigateway.MethodResponse(StatusCode="200", ResponseParameters=dict.fromkeys(named, True))
        self.scope.add(
            apigateway.Method(
                f"Api{pascal_case(route.path)}{route.method.capitalize()}",
                RestApiId=Ref(self.api),
                ResourceId=self._resource(route.path),
                HttpMethod=route.method,
                AuthorizationType="NONE",
                Integration=integration,
                MethodResponses=[answers],
            )
        )

    def _resource(self, path: str) -> Any:
        """The reference to a path's resource, created on first use with its parents and their preflights."""
        path = path.rstrip("/")
        if path not in self.resources:
            self.resources[path] = self._created(path)
            if self.cors:
                preflight(self.scope, self.cors, f"Api{pascal_case(path)}Options", self.api, self.resources[path])
        return self.resources[path]

    def _created(self, path: str) -> Any:
        if not path:
            return GetAtt(self.api, "RootResourceId")
        parent, _, part = path.rpartition("/")
        return Ref(
            self.scope.add(
                apigateway.Resource(
                    f"Api{pascal_case(path)}Resource",
                    RestApiId=Ref(self.api),
                    ParentId=self._resource(parent),
                    PathPart=part,
                )
            )
        )

    def _validation(self, body: Body) -> dict[str, Any]:
        if self.validator is None:
            self.validator = self.scope.add(
                apigateway.RequestValidator(
                    "ApiBodyValidator",
                    RestApiId=Ref(self.api),
                    Name="body",
                    ValidateRequestBody=True,
                    ValidateRequestParameters=False,
                )
            )
        if self.bodies.setdefault(body.name, body) != body:
            raise ValueError(f"Two different bodies are called {body.name}")
        if body.name not in self.models:
            self.models[body.name] = self.scope.add(_model(self.api, body))
        return {
            "RequestValidatorId": Ref(self.validator),
            "RequestModels": {"application/json": Ref(self.models[body.name])},
        }

    def _permission(self, title: str, function: FunctionResource, route: Route) -> None:
        path = "/".join("*" if part.startswith("{") else part for part in route.path.split("/"))
        called = f"${{Api}}/{self.stage}/{route.method}{path}"
        source = f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:{called}"
        self.scope.add(
            awslambda.Permission(
                f"{title}Permission",
                Action="lambda:InvokeFunction",
                FunctionName=function.target,
                Principal="apigateway.amazonaws.com",
                SourceArn=Sub(source),
            )
        )


def _proxy(function: FunctionResource, cache_keys: list[str]) -> Any:
    invoke = "lambda:path/2015-03-31/functions/" + placeholder(function.target) + "/invocations"
    extra = {"CacheKeyParameters": cache_keys} if cache_keys else {}
    return apigateway.Integration(
        Type="AWS_PROXY",
        IntegrationHttpMethod="POST",
        Uri=Sub(f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:{invoke}"),
        **extra,
    )


def _model(api: Any, body: Body) -> Any:
    schema: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": body.name,
        "type": "object",
        "properties": {name: dict(rule) for name, rule in body.properties.items()},
        "additionalProperties": False,
    }
    if body.required:
        schema["required"] = list(body.required)
    return apigateway.Model(
        f"Api{body.name}Model",
        RestApiId=Ref(api),
        Name=body.name,
        ContentType="application/json",
        Schema=schema,
    )
