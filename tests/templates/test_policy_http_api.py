"""What holds for every HTTP API, whatever system it belongs to?"""

from __future__ import annotations

import json
from typing import Any

from tests.templates.test_policy import literal, of_type


def test_an_http_api_may_invoke_each_integration(case: Any) -> None:
    allowed = {
        json.dumps(permission["FunctionName"])
        for _, permission in of_type(case.template, "AWS::Lambda::Permission")
        if permission["Principal"] == "apigateway.amazonaws.com"
        and literal(permission["SourceArn"]).endswith(":${HttpApi}/*/*")
    }
    for title, integration in of_type(case.template, "AWS::ApiGatewayV2::Integration"):
        assert json.dumps(integration["IntegrationUri"]) in allowed, title


def test_who_calls_a_route_without_a_token_is_said(case: Any) -> None:
    """A route that needs no token is one somebody has listed here."""
    public = {"POST /auth/login", "POST /auth/verify", "GET /public/b/{batchId}"}
    for title, route in of_type(case.template, "AWS::ApiGatewayV2::Route"):
        wanted = "NONE" if route["RouteKey"] in public else "JWT"
        assert route["AuthorizationType"] == wanted, title
