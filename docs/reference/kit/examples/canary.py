from pkgops.kit.alarms import Alarm, alarms
from pkgops.kit.canary import ALIAS
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.metrics import function_metric
from pkgops.kit.topic import topic
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    row = Function("checkout", canary="shop-checkout-errors")
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), [row])
    alerts = topic(scope, "shop-alerts", "Shop: alerts", services=("cloudwatch",))
    errors = function_metric(made["checkout"].name, "Errors")
    alarms(scope, alerts.ref(), [Alarm("shop-checkout-errors", errors, ">= 1")])
    scope.output("CheckoutArn", made["checkout"].target, description=f"The function's alias {ALIAS}")
