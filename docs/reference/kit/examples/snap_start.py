from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.snap_start import published
from pkgops.kit.triggers import HttpRoute, Schedule
from pkgops.kit.web.http_api import HttpApi, http_api
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    rows = [
        Function("get_order", (HttpRoute("GET /orders/{id}"),)),  # on a stage with snap_start = true
        Function("get_terms", (HttpRoute("GET /terms"),), snap_start=False),  # rarely called: not worth its price
        Function("clean_up", (Schedule("shop-clean-up", "rate(1 day)"),)),  # nobody waits for it
    ]
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    http_api(scope, HttpApi("shop"), made.values())
    if not scope.stage.local:
        scope.output("Published", published(scope, "CleanUp"), description="An alias that leads to its newest version")
