from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import Route
from pkgops.kit.web.cors import Cors
from pkgops.kit.web.rest_api import RestApi, rest_api
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    rows = (
        Function("list_orders", (Route("GET /orders"),)),
        Function("get_order", (Route("GET /orders/{id}", cache_keys=("path.id",)),)),
    )
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    row = RestApi("Shop", "v1", Cors("https://shop.example", ("GET",), ("Content-Type",)))
    scope.output("ApiUrl", rest_api(scope, row, made.values()).url)
