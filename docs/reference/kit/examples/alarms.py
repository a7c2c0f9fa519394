from pkgops.kit.alarms import Alarm, alarms
from pkgops.kit.metrics import function_metric, queue_depth
from pkgops.kit.queue import work_queue
from pkgops.kit.topic import topic
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    alerts = topic(scope, "shop-alerts", "Shop: alerts", services=("cloudwatch",), email="ops@example.com")
    orders = work_queue(scope, "shop-orders", visibility=60)
    rows = (
        Alarm("shop-orders-waiting", queue_depth(orders), "> 100", periods=3),
        Alarm("shop-errors", function_metric("shop-ship", "Errors"), ">= 1", description="See pkgops tail-logs ship"),
    )
    alarms(scope, alerts.ref(), rows)
