from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.table import Table, table
from pkgops.kit.triggers import Schedule
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """`handlers/shop/expire_orders.py` becomes `ExpireOrdersFunction`, with its role, log group and schedule."""
    orders = table(scope, Table("shop-orders"))
    nightly = Schedule("shop-nightly", "cron(0 2 * * ? *)")
    row = Function("expire_orders", (nightly,), links=(orders.only("Query", "DeleteItem"),), timeout=60)
    defaults = FunctionDefaults("handlers/shop", "shop-", environment={"LOG_LEVEL": "INFO"}, memory=256)
    made = functions(scope, defaults, [row])
    scope.output("ExpireOrdersName", made["expire_orders"].name)
