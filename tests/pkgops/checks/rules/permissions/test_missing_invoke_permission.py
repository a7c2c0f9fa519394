"""P109."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found

REST = """
from troposphere import apigateway
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
function = scope.add(awslambda.Function(
    "F", Code=awslambda.Code(ZipFile="x"), Handler="index.handler", Runtime="python3.12", Role=GetAtt(role, "Arn"),
))
api = scope.add(apigateway.RestApi("Api", Name="api"))
notes = scope.add(apigateway.Resource(
    "Notes", RestApiId=Ref(api), ParentId=GetAtt(api, "RootResourceId"), PathPart="notes",
))
note = scope.add(apigateway.Resource("Note", RestApiId=Ref(api), ParentId=Ref(notes), PathPart="{{id}}"))
scope.add(apigateway.Method(
    "Get", RestApiId=Ref(api), ResourceId=Ref(note), HttpMethod="GET", AuthorizationType="NONE",
    Integration=apigateway.Integration(
        Type="AWS_PROXY",
        IntegrationHttpMethod="POST",
        Uri=Sub("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${{F.Arn}}/invocations"),
    ),
))
scope.add(awslambda.Permission(
    "P", Action="lambda:InvokeFunction", FunctionName={function}, Principal="{principal}",
    SourceArn=Sub("arn:aws:execute-api:us-east-1:1:${{Api}}/{source}"),
))
"""


def rest(source: str, function: str = "Ref(function)", principal: str = "apigateway.amazonaws.com") -> str:
    return REST.format(source=source, function=function, principal=principal)


@pytest.mark.parametrize("source", ["v1/GET/notes/*", "*/GET/notes/*", "*/*/*", "v1/*/notes/*"])
def test_a_permission_that_covers_the_route(tmp_path: Path, source: str) -> None:
    assert found("P109", tmp_path, rest(source)) == []


@pytest.mark.parametrize("source", ["v1/POST/notes/*", "v1/GET/users/*", "v1/GET/notes"])
def test_a_permission_for_another_route(tmp_path: Path, source: str) -> None:
    assert len(found("P109", tmp_path, rest(source))) == 1


def test_a_permission_of_another_function_or_principal(tmp_path: Path) -> None:
    assert found("P109", tmp_path, rest("*/*/*", function='"other"'))
    assert found("P109", tmp_path, rest("*/*/*", principal="s3.amazonaws.com"))


def test_a_function_of_another_system_is_its_own_business(tmp_path: Path) -> None:
    body = (
        'api = scope.add(apigatewayv2.Api("Api", Name="n", ProtocolType="HTTP"))\n'
        'scope.add(apigatewayv2.Integration("I", ApiId=Ref(api), IntegrationType="AWS_PROXY", '
        'IntegrationUri="arn:aws:lambda:us-east-1:1:function:theirs"))'
    )
    assert found("P109", tmp_path, body) == []
