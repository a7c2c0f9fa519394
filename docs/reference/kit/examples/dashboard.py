from pkgops.kit.dashboard import Graph, dashboard
from pkgops.kit.metrics import function_metric, queue_depth
from pkgops.kit.queue import work_queue
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    orders = work_queue(scope, "shop-orders", visibility=60)
    errors = [function_metric("shop-ship", "Errors"), function_metric("shop-ship", "Throttles")]
    waiting = Graph("Orders waiting", [queue_depth(orders)], from_zero=True)
    dashboard(scope, "shop", [[waiting, Graph("Shipping", errors, labels=("Errors", "Throttled"))]])
