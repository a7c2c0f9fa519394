"""HTTP APIs: what is left out of their templates, and what ``pkgops check`` makes of routes without a token."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import HttpRoute
from pkgops.kit.web.http_api import HttpApi, HttpCors, http_api
from pkgops.scope import Scope
from tests.pkgops.checks.project import found

API = """
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.web.http_api import HttpApi, JwtAuthorizer, http_api
from pkgops.kit.triggers import HttpRoute
rows = [Function("read", ({},))]
tokens = JwtAuthorizer("tokens", "https://login.example.com", "shop")
made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
http_api(scope, HttpApi("shop", authorizer=tokens), made.values())
"""
LOGIN, ORDERS = 'HttpRoute("POST /login", public=True)', 'HttpRoute("GET /orders")'
URL = """
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import FunctionUrl
functions(scope, FunctionDefaults("handlers/shop", "shop-"), [Function("read", (FunctionUrl("{}"),))])
"""
MISSING = """
scope.add(apigatewayv2.Route("Raw", ApiId=Ref("HttpApi"), RouteKey="GET /raw"))
"""


@pytest.mark.parametrize(("given", "named"), [({}, set()), ({"headers": ("x-key",)}, {"AllowHeaders"})])
def test_cors_names_no_header_where_none_is_given(
    scope: Scope, findings: Callable[[Scope], list[str]], given: dict[str, tuple[str, ...]], named: set[str]
) -> None:
    """API Gateway has a default for what is absent; an empty list is a value."""
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), [Function("read", (HttpRoute("GET /"),))])
    http_api(scope, HttpApi("shop", HttpCors(("https://shop.example",), ("GET",), **given)), made.values())
    cors = scope.template.to_dict()["Resources"]["HttpApi"]["Properties"]["CorsConfiguration"]
    assert {name for name in cors if name.endswith("Headers")} == named
    assert findings(scope) == []


def test_a_route_declared_public_is_no_finding(tmp_path: Path) -> None:
    assert found("P502", tmp_path, API.format(f"{LOGIN}, {ORDERS}")) == []
    assert found("P005", tmp_path, API.format(f"{LOGIN}, {ORDERS}")) == []


def test_an_api_whose_routes_are_all_public_needs_no_acceptance(tmp_path: Path) -> None:
    assert found("P005", tmp_path, API.format(LOGIN)) == []


@pytest.mark.parametrize("auth", ["NONE", "AWS_IAM"])
def test_a_function_url_declared_public_is_no_finding(tmp_path: Path, auth: str) -> None:
    body = URL.format(auth)
    assert [one for rule in ("P106", "P502", "P005") for one in found(rule, tmp_path, body)] == []


def test_a_route_whose_authorizer_is_missing_is_a_finding_next_to_public_ones(tmp_path: Path) -> None:
    (one,) = found("P502", tmp_path, API.format(f"{LOGIN}, {ORDERS}") + MISSING)
    assert one.resource == "Raw"
