"""REST APIs from the routes of a stack's functions, and their custom domains."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, Sub, apigateway, certificatemanager, iam, logs

from pkgops.kit.function import FunctionResource
from pkgops.kit.grants import trust_policy
from pkgops.kit.naming import placeholder
from pkgops.kit.web.access_log import REST_FORMAT, access_log
from pkgops.kit.web.cors import Cors, gateway_response
from pkgops.kit.web.rest_routes import FixedRoute, add_routes
from pkgops.scope import Scope

_DEPLOYED = ("RestApi", "Resource", "Method", "Model", "RequestValidator", "GatewayResponse", "Authorizer")
_LOGS = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


@dataclass(frozen=True, slots=True)
class RestApi:
    """An API with one stage; ``rate`` and ``burst`` are requests a second (0: the account's limit), ``compress_over``
    is in bytes.

    Without ``cors`` no page of another origin may call it. ``invalid_body`` is the response to a body that its model
    rejects, with ``$context`` variables. ``fixed`` are the routes that API Gateway answers itself. With ``logged`` off
    the template leaves alone the role with which API Gateway logs, of which an account has one a region; with it on,
    calls and errors are kept for ``log_days``. ``detailed_metrics`` are those of each method, which cost as much as any
    metric of one's own: five for each method that is called.
    """

    name: str
    stage: str = "v1"
    cors: Cors | None = None
    rate: int = 100
    burst: int = 200
    compress_over: int = 1024
    invalid_body: str = '{"message":"$context.error.validationErrorString"}'
    description: str = ""
    fixed: tuple[FixedRoute, ...] = ()
    logged: bool = True
    log_days: int = 14
    traced: bool = True
    detailed_metrics: bool = False


@dataclass(frozen=True, slots=True)
class RestApiResources:
    """The finished API: ``api`` and ``stage`` are its resources, ``url`` has no slash at its end."""

    api: Any
    stage: Any
    url: Any
    stage_arn: Any


@dataclass(frozen=True, slots=True)
class CustomDomain:
    """``target`` is what the name's DNS record points to, ``certificate`` the certificate's ARN."""

    target: Any
    certificate: Any


def rest_api(scope: Scope, row: RestApi, functions: Iterable[FunctionResource]) -> RestApiResources:
    """Adds the API with every `Route` of ``functions``: resources, methods, permissions, models, preflights,
    gateway responses, and a deployment that is new whenever one of them changes."""
    api = scope.add(
        apigateway.RestApi(
            "Api",
            Name=scope.named(row.name),
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["EDGE"]),
            MinimumCompressionSize=row.compress_over,
            **({"Description": row.description} if row.description else {}),
        )
    )
    add_routes(scope, api, row.stage, row.cors, functions, row.fixed)
    if row.cors:
        gateway_response(scope, row.cors, api, "DEFAULT_4XX")
        gateway_response(scope, row.cors, api, "DEFAULT_5XX")
    gateway_response(scope, row.cors, api, "BAD_REQUEST_BODY", row.invalid_body, "400")
    stage = _stage(scope, row, api, _deployment(scope, api))
    return RestApiResources(
        api,
        stage,
        url=_url(row.stage),
        stage_arn=Sub(f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}::/restapis/${{Api}}/stages/{row.stage}"),
    )


def custom_domain(scope: Scope, name: str, api: RestApiResources) -> CustomDomain:
    """Adds the domain with its certificate, mapped to the API's stage, so that URLs have no stage.

    The certificate is validated by DNS: the stack's deployment waits until the record that Certificate Manager shows is
    published."""
    certificate = scope.add(certificatemanager.Certificate("ApiCertificate", DomainName=name, ValidationMethod="DNS"))
    domain = scope.add(
        apigateway.DomainName(
            "ApiDomain",
            DomainName=name,
            RegionalCertificateArn=Ref(certificate),
            EndpointConfiguration=apigateway.EndpointConfiguration(Types=["REGIONAL"]),
            SecurityPolicy="TLS_1_2",
        )
    )
    scope.add(
        apigateway.BasePathMapping(
            "ApiDomainMapping", DomainName=Ref(domain), RestApiId=Ref(api.api), Stage=Ref(api.stage)
        )
    )
    return CustomDomain(GetAtt(domain, "RegionalDomainName"), Ref(certificate))


def default_url(scope: Scope, stage: str) -> Any:
    """The URL of the template's API without a custom domain; functions of the API may use it, since the API's resource
    depends on nothing. On the emulator it is the path form, which needs no DNS."""
    if scope.stage.local:
        return Sub(f"http://127.0.0.1:{scope.stage.port}/_aws/execute-api/${{Api}}/{stage}")
    return _url(stage)


def _url(stage: str) -> Any:
    return Sub(f"https://${{Api}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{stage}")


def _deployment(scope: Scope, api: Any) -> Any:
    """A deployment is a snapshot that CloudFormation does not renew: its logical id has a hash of everything in the
    snapshot, so that every change of the API creates a new deployment."""
    parts = {
        title: resource.to_dict()
        for title, resource in scope.template.resources.items()
        if resource.resource_type.removeprefix("AWS::ApiGateway::") in _DEPLOYED
    }
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:10]
    return scope.add(
        apigateway.Deployment(f"ApiDeployment{digest}", RestApiId=Ref(api), DependsOn=sorted(set(parts) - {api.title}))
    )


def _stage(scope: Scope, row: RestApi, api: Any, deployment: Any) -> Any:
    limits = {"ThrottlingRateLimit": row.rate, "ThrottlingBurstLimit": row.burst} if row.rate else {}
    settings = apigateway.MethodSetting(
        HttpMethod="*",
        ResourcePath="/*",
        LoggingLevel="ERROR" if row.logged else "OFF",
        DataTraceEnabled=False,
        MetricsEnabled=row.detailed_metrics,
        CachingEnabled=False,
        **limits,
    )
    logs = _logs(scope, row, api) if row.logged else {}
    return scope.add(
        apigateway.Stage(
            "ApiStage",
            RestApiId=Ref(api),
            DeploymentId=Ref(deployment),
            StageName=row.stage,
            CacheClusterEnabled=False,
            TracingEnabled=row.traced,
            MethodSettings=[settings],
            **logs,
        )
    )


def _logs(scope: Scope, row: RestApi, api: Any) -> dict[str, Any]:
    """The stage's properties for its two logs. API Gateway would make the one of errors itself, without an end."""
    calls = access_log(scope, row.name, row.log_days, http=False)
    errors = Sub(f"API-Gateway-Execution-Logs_{placeholder(Ref(api))}/{row.stage}")
    group = scope.add(logs.LogGroup("ApiErrorsLogGroup", LogGroupName=errors, RetentionInDays=row.log_days))
    setting = apigateway.AccessLogSetting(DestinationArn=GetAtt(calls, "Arn"), Format=REST_FORMAT)
    return {"AccessLogSetting": setting, "DependsOn": [_logging(scope).title, group.title]}


def _logging(scope: Scope) -> Any:
    """API Gateway logs with one role per account and region. It is retained, because other stages' APIs in the same
    account use it, too."""
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    role = scope.add(
        iam.Role(
            "ApiLogsRole",
            AssumeRolePolicyDocument=trust_policy("apigateway"),
            ManagedPolicyArns=[Sub(_LOGS)],
            **kept,
        )
    )
    return scope.add(apigateway.Account("ApiAccount", CloudWatchRoleArn=GetAtt(role, "Arn"), **kept))
