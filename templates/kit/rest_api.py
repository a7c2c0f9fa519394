"""How do the routes of a stack's functions become a REST API?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Sub, apigateway, awslambda, iam

from templates.kit.cors import Cors, gateway_response, preflight
from templates.kit.function import Built
from templates.kit.grants import assumed_by
from templates.kit.ids import camel
from templates.kit.refs import placeholder
from templates.kit.sources import Body, Route
from templates.scope import Scope

_DEPLOYED = ("RestApi", "Resource", "Method", "Model", "RequestValidator", "GatewayResponse", "Authorizer")
_LOGS = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


@dataclass(frozen=True, slots=True)
class RestApi:
    """An API with one stage; ``rate`` and ``burst`` are requests a second, ``compress_over`` is in bytes.

    ``invalid_body`` is the answer to a body its model refuses, with ``$context`` variables.
    """

    name: str
    stage: str
    cors: Cors
    rate: int
    burst: int
    compress_over: int
    invalid_body: str


@dataclass(frozen=True, slots=True)
class Deployed:
    """The finished API: ``api`` and ``stage`` are its resources, ``url`` has no slash at its end."""

    api: Any
    stage: Any
    url: Any
    stage_arn: Any


def rest_api(scope: Scope, row: RestApi, functions: Iterable[Built]) -> Deployed:
    """Adds the API with every `Route` of ``functions``: resources, methods, permissions, models, preflights,
    gateway responses, and a deployment that is new whenever one of them changes."""
    api = scope.add(
        apigateway.RestApi(
            "Api",
            Name=scope.named(row.name),
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["EDGE"]),
            MinimumCompressionSize=row.compress_over,
        )
    )
    _Routes(scope, row, api).add(functions)
    gateway_response(scope, row.cors, api, "DEFAULT_4XX")
    gateway_response(scope, row.cors, api, "DEFAULT_5XX")
    gateway_response(scope, row.cors, api, "BAD_REQUEST_BODY", row.invalid_body, "400")
    stage = _stage(scope, row, api, _deployment(scope, api), _logging(scope))
    host = "${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
    return Deployed(
        api,
        stage,
        url=Sub(f"https://{host}/{row.stage}"),
        stage_arn=Sub(f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/${{Api}}/stages/{row.stage}"),
    )


class _Routes:
    """Adds routes, making each path segment and each model once."""

    def __init__(self, scope: Scope, row: RestApi, api: Any) -> None:
        self.scope = scope
        self.row = row
        self.api = api
        self.resources: dict[str, Any] = {}
        self.models: dict[str, Any] = {}
        self.validator: Any = None

    def add(self, functions: Iterable[Built]) -> None:
        """Every route of every function."""
        for function in functions:
            for source in function.row.on:
                if isinstance(source, Route):
                    self._route(function, source)

    def _route(self, function: Built, route: Route) -> None:
        title = f"Api{camel(route.path)}{route.method.capitalize()}"
        keys = [f"method.request.{key}" for key in route.cache_keys]
        extra = self._validated(route.body) if route.body else {}
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

    def _resource(self, path: str) -> Any:
        """The reference to a path's resource, made with its parents and their preflights when first asked."""
        path = path.rstrip("/")
        if path not in self.resources:
            self.resources[path] = self._made(path)
            preflight(self.scope, self.row.cors, f"Api{camel(path)}Options", self.api, self.resources[path])
        return self.resources[path]

    def _made(self, path: str) -> Any:
        if not path:
            return GetAtt(self.api, "RootResourceId")
        parent, _, part = path.rpartition("/")
        return Ref(
            self.scope.add(
                apigateway.Resource(
                    f"Api{camel(path)}Resource",
                    RestApiId=Ref(self.api),
                    ParentId=self._resource(parent),
                    PathPart=part,
                )
            )
        )

    def _validated(self, body: Body) -> dict[str, Any]:
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
        if body.name not in self.models:
            self.models[body.name] = self.scope.add(_model(self.api, body))
        return {
            "RequestValidatorId": Ref(self.validator),
            "RequestModels": {"application/json": Ref(self.models[body.name])},
        }

    def _permission(self, title: str, function: Built, route: Route) -> None:
        path = "/".join("*" if part.startswith("{") else part for part in route.path.split("/"))
        called = f"${{Api}}/{self.row.stage}/{route.method}{path}"
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


def _proxy(function: Built, cache_keys: list[str]) -> Any:
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


def _deployment(scope: Scope, api: Any) -> Any:
    """A deployment is a snapshot, and CloudFormation takes no new one by itself: the logical id holds a hash
    of everything in the snapshot, so that every change of the API brings a new deployment."""
    parts = {
        title: resource.to_dict()
        for title, resource in scope.template.resources.items()
        if resource.resource_type.removeprefix("AWS::ApiGateway::") in _DEPLOYED
    }
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:10]
    return scope.add(
        apigateway.Deployment(f"ApiDeployment{digest}", RestApiId=Ref(api), DependsOn=sorted(set(parts) - {api.title}))
    )


def _stage(scope: Scope, row: RestApi, api: Any, deployment: Any, account: Any) -> Any:
    settings = apigateway.MethodSetting(
        HttpMethod="*",
        ResourcePath="/*",
        ThrottlingRateLimit=row.rate,
        ThrottlingBurstLimit=row.burst,
        LoggingLevel="ERROR",
        DataTraceEnabled=False,
        MetricsEnabled=True,
        CachingEnabled=False,
    )
    return scope.add(
        apigateway.Stage(
            "ApiStage",
            RestApiId=Ref(api),
            DeploymentId=Ref(deployment),
            StageName=row.stage,
            CacheClusterEnabled=False,
            TracingEnabled=True,
            MethodSettings=[settings],
            DependsOn=[account.title],
        )
    )


def _logging(scope: Scope) -> Any:
    """API Gateway logs with one role an account and region. It is kept when the stack goes: other stages'
    APIs in the same account log with it too."""
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    role = scope.add(
        iam.Role(
            "ApiLogsRole",
            AssumeRolePolicyDocument=assumed_by("apigateway"),
            ManagedPolicyArns=[Sub(_LOGS)],
            **kept,
        )
    )
    return scope.add(apigateway.Account("ApiAccount", CloudWatchRoleArn=GetAtt(role, "Arn"), **kept))
