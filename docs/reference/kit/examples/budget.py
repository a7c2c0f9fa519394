from pkgops.kit.budget import budget
from pkgops.kit.topic import topic
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    alerts = topic(scope, "shop-costs", "Shop: costs", services=("budgets",), email="ops@example.com")
    budget(scope, "shop-monthly", 50, alerts.ref(), [("ACTUAL", 80), ("FORECASTED", 100)])
