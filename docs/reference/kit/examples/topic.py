from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.topic import topic
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    alerts = topic(scope, "shop-alerts", "Shop: alerts", services=("cloudwatch",), email="ops@example.com")
    row = Function("ship", links=(alerts.publish(),))
    functions(scope, FunctionDefaults("handlers/shop", "shop-"), [row])
