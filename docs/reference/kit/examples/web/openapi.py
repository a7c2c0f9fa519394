from typing import Any

from pkgops.kit.contract import STRING, Contract, Response, array_of, object_of
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import Route
from pkgops.kit.web.cors import Cors
from pkgops.kit.web.openapi import openapi
from pkgops.kit.web.rest_api import RestApi, rest_api
from pkgops.scope import Scope

LIST_ORDERS = Contract(
    "List orders", {200: Response("Orders", object_of({"orders": array_of(STRING)}))}, callers=("ApiKey",)
)
ROWS = (Function("list_orders", (Route("GET /orders", LIST_ORDERS),)),)


def build(scope: Scope) -> None:
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), ROWS)
    row = RestApi("Shop", "v1", Cors("https://shop.example", ("GET",), ("X-Api-Key",)))
    scope.output("ApiUrl", rest_api(scope, row, made.values()).url)


def document() -> dict[str, Any]:
    """The OpenAPI document of the same rows."""
    callers = {"ApiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}}
    return openapi({"title": "Shop", "version": "1"}, ["https://api.shop.example"], callers, ROWS)
