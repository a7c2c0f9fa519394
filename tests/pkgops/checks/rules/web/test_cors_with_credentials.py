"""P501."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found

REST = """
from troposphere import apigateway
api = scope.add(apigateway.RestApi("Api", Name="api"))
scope.add(apigateway.Method(
    "Preflight", RestApiId=Ref(api), ResourceId=GetAtt(api, "RootResourceId"), HttpMethod="OPTIONS",
    AuthorizationType="NONE",
    Integration=apigateway.Integration(Type="MOCK", IntegrationResponses=[apigateway.IntegrationResponse(
        StatusCode="200",
        ResponseParameters={{
            "method.response.header.Access-Control-Allow-Origin": "'{origin}'",
            "method.response.header.Access-Control-Allow-Credentials": "'{credentials}'",
        }},
    )]),
))
"""
URL = (
    'scope.add(awslambda.Url("U", TargetFunctionArn="f", AuthType="AWS_IAM", '
    'Cors=awslambda.Cors(AllowOrigins=["{}"], AllowCredentials={})))'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (REST.format(origin="*", credentials="true"), 1),
        (REST.format(origin="*", credentials="false"), 0),
        (REST.format(origin="https://notes.example.com", credentials="true"), 0),
        (URL.format("*", True), 1),
        (URL.format("*", False), 0),
        (URL.format("https://notes.example.com", True), 0),
    ],
)
def test_rest_apis_and_urls(tmp_path: Path, body: str, expected: int) -> None:
    assert len(found("P501", tmp_path, body)) == expected
