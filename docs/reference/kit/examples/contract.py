from pkgops.kit.contract import STRING, Body, Contract, ErrorResponse, Response, array_of, object_of
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import Route
from pkgops.kit.web.cors import Cors
from pkgops.kit.web.rest_api import RestApi, rest_api
from pkgops.scope import Scope

ORDER = Body("Order", {"item": {"type": "string", "maxLength": 100}}, required=("item",))
STORED = object_of({"id": STRING, "item": STRING}, optional={"labels": array_of(STRING)})
ADD_ORDER = Contract(
    "Add an order",
    responses={201: Response("The order", STORED)},
    errors={409: ErrorResponse(("order_exists",))},
    body=ORDER,
)


def build(scope: Scope) -> None:
    rows = [Function("add_order", (Route("POST /orders", ADD_ORDER),))]
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    api = RestApi("Shop", "v1", Cors("https://shop.example", ("POST",), ("Content-Type",)))
    scope.output("ApiUrl", rest_api(scope, api, made.values()).url)
