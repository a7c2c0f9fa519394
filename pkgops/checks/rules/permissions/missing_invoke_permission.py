"""Integrations whose function API Gateway is not allowed to invoke."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.functions import target_of
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject

_INVOKED = re.compile(r"/functions/(<[\w.]+>)")
_API = "apigateway.amazonaws.com"


def _find(subject: Subject) -> Iterator[Found]:
    permitted = [
        (
            target_of(subject, one, one.properties.get("FunctionName")),
            subject.identity(one.stack, one.properties.get("SourceArn") or "*"),
        )
        for one in subject.resources("AWS::Lambda::Permission")
        if one.properties.get("Principal") == _API
    ]
    for method in subject.resources("AWS::ApiGateway::Method"):
        integration = method.properties.get("Integration") or {}
        if integration.get("Type") == "AWS_PROXY":
            function = _function(subject, method, integration.get("Uri"))
            if function and not _permits(permitted, function, _called(subject, method)):
                yield method.found("invokes a function without permission.", "Integration", "Uri")
    for one in subject.resources("AWS::ApiGatewayV2::Integration"):
        function = _function(subject, one, one.properties.get("IntegrationUri"))
        if function and not _permits(permitted, function, _api(subject, one)):
            yield one.found("invokes a function without permission.", "IntegrationUri")


def _function(subject: Subject, resource: Resource, uri: Any) -> str:
    """The function behind an integration's address; "" if it is none of the system's."""
    text = subject.identity(resource.stack, uri)
    found = _INVOKED.search(text)
    named = subject.resource(found[1] if found else text)
    return target_of(subject, named, {"Ref": named.id}) if named and named.type.startswith("AWS::Lambda::") else ""


def _permits(permitted: list[tuple[str, str]], function: str, called: str) -> bool:
    return any(one == function and _matches(source, called) for one, source in permitted)


def _matches(source: str, called: str) -> bool:
    """``called`` is "<api>/GET/path", whose stage does not matter here; "" for anything of the API."""
    tail = source.rpartition(":")[2]
    api, _, rest = called.partition("/")
    if source == "*" or not rest:
        return tail == "*" or tail.startswith(api)
    parts = tail.split("/", 2)
    return parts[0] == api and (len(parts) < 3 or fnmatchcase(rest, parts[2]))


def _called(subject: Subject, method: Resource) -> str:
    """What is called, as a permission's source names it: a variable part of a path is ``*`` there."""
    properties = method.properties
    return f"{_api(subject, method, 'RestApiId')}/{properties.get('HttpMethod')}{_path(subject, method, 'ResourceId')}"


def _api(subject: Subject, resource: Resource, name: str = "ApiId") -> str:
    return subject.identity(resource.stack, resource.properties.get(name))


def _path(subject: Subject, resource: Resource, name: str) -> str:
    above = subject.resource(subject.identity(resource.stack, resource.properties.get(name)))
    if above is None or above.type != "AWS::ApiGateway::Resource":
        return "" if name == "ParentId" else "/"
    part = str(above.properties.get("PathPart"))
    return f"{_path(subject, above, 'ParentId')}/{'*' if part.startswith('{') else part}"


_TEMPLATE = """\
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
function = scope.add(awslambda.Function(
    "List",
    Code=awslambda.Code(ZipFile="def handler(event, context): ..."),
    Handler="index.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),
))
api = scope.add(apigatewayv2.Api("Api", Name=scope.named("notes"), ProtocolType="HTTP"))
scope.add(apigatewayv2.Integration(
    "ListIntegration",
    ApiId=Ref(api),
    IntegrationType="AWS_PROXY",
    IntegrationUri=GetAtt(function, "Arn"),
    PayloadFormatVersion="2.0",
))
"""
RULE = Rule(
    id="P109",
    title="Integration without permission to invoke its function",
    severity=ERROR,
    reason="API Gateway answers every request of the route with 500, and the function's log is empty.",
    remedy="Add an AWS::Lambda::Permission for the function with the API's ARN, as pkgops.kit does for its routes.",
    find=_find,
    bad=Example(_TEMPLATE),
    good=Example(
        _TEMPLATE
        + """\
scope.add(awslambda.Permission(
    "ListPermission",
    Action="lambda:InvokeFunction",
    FunctionName=Ref(function),
    Principal="apigateway.amazonaws.com",
    SourceArn=Sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/*"),
))
"""
    ),
)
