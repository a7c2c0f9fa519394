from pkgops.kit.custom_domain import custom_domain

from pkgops.kit.cors import Cors
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.rest_api import RestApi, rest_api
from pkgops.kit.triggers import Route
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    made = functions(
        scope, FunctionDefaults("handlers/shop", "shop-"), [Function("list_orders", (Route("GET /orders"),))]
    )
    row = RestApi("Shop", "v1", Cors("https://shop.example", ("GET",), ("Content-Type",)))
    api = rest_api(scope, row, made.values())
    domain = custom_domain(scope, "api.shop.example", api)
    scope.output("DnsTarget", domain.target, description="What the DNS record of api.shop.example points to")
