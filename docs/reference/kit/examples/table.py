from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.table import KEYS_ONLY, Index, Table, table
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Keys are strings unless their name ends in `:N` (numbers) or `:B` (bytes)."""
    by_total = Index("by-total", hash="customer", range="total:N", projection=KEYS_ONLY)
    row = Table("shop-orders", (by_total,), hash="customer", range="order", ttl="expires_at")
    orders = table(scope, row)
    functions(scope, FunctionDefaults("handlers/shop", "shop-"), [Function("list_orders", links=(orders.read(),))])
    scope.output("OrdersName", orders.reference)
