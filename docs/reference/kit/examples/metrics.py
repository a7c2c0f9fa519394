from pkgops.kit.alarms import Alarm, alarms
from pkgops.kit.metrics import Metric, throttled_requests
from pkgops.kit.table import Table, table
from pkgops.kit.topic import topic
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Several metrics of one alarm are added up."""
    orders = table(scope, Table("shop-orders"))
    alerts = topic(scope, "shop-alerts", "Shop: alerts", services=("cloudwatch",))
    refused = Metric("Shop", "PaymentsRefused", {"Provider": "card"}, stat="Sum", period=3600)
    rows = (
        Alarm("shop-payments-refused", refused, ">= 20"),
        Alarm("shop-orders-throttled", throttled_requests(orders.ref(), ("Query", "PutItem")), ">= 1"),
    )
    alarms(scope, alerts.ref(), rows)
