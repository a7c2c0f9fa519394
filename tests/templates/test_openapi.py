"""Does the API's description follow from its routes, and can tools read it?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from pkgops.kit.contract import STRING, Body, Contract, Response, nullable, object_of, one_of
from pkgops.kit.function import Function
from pkgops.kit.triggers import Route
from pkgops.kit.web.openapi import openapi
from templates.pkgwatch.openapi import document
from tests.repository import ROOT
from tests.templates.test_golden import written
from tests.templates.test_pkgwatch_http import methods

Find = Callable[..., dict[str, Any]]

DOCUMENT = ROOT / "docs/systems/pkgwatch.openapi.json"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document()


def operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in described["paths"].items()
        for method, operation in item.items()
    }


def test_the_document_is_the_routes(described: dict[str, Any], request: pytest.FixtureRequest) -> None:
    text = written(described)
    if request.config.getoption("--update-golden", default=False):
        DOCUMENT.write_text(text)
    assert text == DOCUMENT.read_text(), "changed: make docs"


def test_tools_can_read_it(described: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(json.loads(written(described))).iter_errors()] == []


def test_every_route_is_described(described: dict[str, Any], template: Find) -> None:
    routes = {route for route in methods(template("pkgwatch", "prod", "api")) if not route.startswith("OPTIONS ")}
    assert set(operations(described)) == routes


def test_operations_have_names_of_their_own(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(described).values()]
    assert len(set(names)) == len(names)


def test_what_the_gateway_checks_is_what_is_described(described: dict[str, Any], template: Find) -> None:
    api = template("pkgwatch", "prod", "api")
    for route, method in methods(api).items():
        if "RequestModels" not in method:
            continue
        model = api["Resources"][method["RequestModels"]["application/json"]["Ref"]]["Properties"]
        checked = {k: v for k, v in json.loads(model["Schema"]).items() if k not in ("$schema", "title")}
        operation = operations(described)[route]
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        assert reference == f"#/components/schemas/{model['Name']}"
        assert described["components"]["schemas"][model["Name"]] == checked
        codes = operation["responses"]["400"]["content"]["application/json"]["schema"]["properties"]["error"]
        assert "validation_error" in codes["properties"]["code"]["enum"]


def test_errors_have_the_documented_shape(described: dict[str, Any]) -> None:
    for route, operation in operations(described).items():
        for status, response in operation["responses"].items():
            if not status.startswith(("4", "500")):
                continue
            schema = response["content"]["application/json"]["schema"]
            shapes = [shape for shape in schema.get("anyOf", [schema]) if "$ref" not in shape]
            for shape in shapes:
                fields = shape["properties"]["error"]["properties"]
                assert (
                    {"code", "message"}
                    <= set(fields)
                    <= {
                        *("code", "message", "details", "request_id"),
                        *("retry_after_seconds", "upgrade_url", "signup_url"),
                    }
                ), f"{route} {status}"


SHOP = Contract(
    "Show an order", {200: Response("It.", object_of({"id": STRING}))}, {404: ("no_order",)}, callers=("", "key")
)


def one(route: Route) -> dict[str, Any]:
    described = openapi(
        {"title": "Shop", "version": "1"}, ["https://shop.example"], {"key": {}}, [Function("f", (route,))]
    )
    ((_, item),) = described["paths"].items()
    ((_, operation),) = item.items()
    found: dict[str, Any] = operation
    return found


def test_a_contract_becomes_an_operation() -> None:
    operation = one(Route("GET /orders/{id}", SHOP))
    assert operation["security"] == [{}, {"key": []}]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["id"]
    assert set(operation["responses"]) == {"200", "403", "404", "429", "5XX"}
    error = operation["responses"]["404"]["content"]["application/json"]["schema"]["properties"]["error"]
    assert error["properties"]["code"] == {"type": "string", "enum": ["no_order"]}
    assert error["additionalProperties"] is False


def test_a_body_may_be_left_out_unless_something_of_it_is_required() -> None:
    optional = replace(SHOP, body=Body("Order", {"n": STRING}))
    assert one(Route("POST /orders", optional))["requestBody"]["required"] is False
    required = replace(SHOP, body=Body("Order", {"n": STRING}, ("n",)))
    assert one(Route("POST /orders", required))["requestBody"]["required"] is True


def test_a_route_without_a_contract_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="GET /orders"):
        one(Route("GET /orders"))


def test_null_joins_what_is_allowed() -> None:
    assert nullable(STRING) == {"type": ["string", "null"]}
    assert nullable(one_of("a")) == {"type": ["string", "null"], "enum": ["a", None]}
