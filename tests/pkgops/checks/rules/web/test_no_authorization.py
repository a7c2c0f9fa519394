"""P502."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import found

API = 'api = scope.add(apigatewayv2.Api("{0}", Name="{0}", ProtocolType="HTTP"))\n'
ROUTE = 'scope.add(apigatewayv2.Route("{}", ApiId=Ref(api), RouteKey="{}", AuthorizationType="{}"))\n'


def test_the_route_is_the_subject(tmp_path: Path) -> None:
    body = API.format("A") + ROUTE.format("R", "GET /notes", "JWT") + ROUTE.format("S", "POST /login", "NONE")
    (one,) = found("P502", tmp_path, body)
    assert one.subject == "POST /login"
    accepted = body + 'scope.accept("P502", subject="POST /login", reason="it is where tokens come from")'
    assert found("P502", tmp_path, accepted) == []


def test_an_api_that_asks_nobody_for_anything(tmp_path: Path) -> None:
    body = API.format("A") + ROUTE.format("R", "GET /notes", "NONE")
    assert found("P502", tmp_path, body) == []
    other = API.format("B") + ROUTE.format("S", "GET /users", "JWT")
    assert found("P502", tmp_path, body + other) == []


def test_a_url(tmp_path: Path) -> None:
    body = 'scope.add(awslambda.Url("U", TargetFunctionArn="f", AuthType="{}"))'
    assert found("P502", tmp_path, body.format("NONE"))
    assert found("P502", tmp_path, body.format("AWS_IAM")) == []


def test_keys_and_preflights(tmp_path: Path) -> None:
    method = (
        'scope.add(apigateway.Method("{0}", RestApiId=Ref(api), ResourceId="r", HttpMethod="{1}", '
        'AuthorizationType="NONE", ApiKeyRequired={2}))\n'
    )
    body = (
        'from troposphere import apigateway\napi = scope.add(apigateway.RestApi("Api", Name="api"))\n'
        + method.format("A", "GET", True)
        + method.format("B", "OPTIONS", False)
    )
    assert found("P502", tmp_path, body) == []
    assert [one.resource for one in found("P502", tmp_path, body + method.format("C", "PUT", False))] == ["C"]
