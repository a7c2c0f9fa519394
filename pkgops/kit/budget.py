"""Cost budgets with alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import budgets

from pkgops.kit.naming import logical_id
from pkgops.scope import Scope


def budget(scope: Scope, name: str, dollars: int, topic_arn: Any, alerts: Sequence[tuple[str, int]]) -> None:
    """Adds a monthly cost budget; ``alerts`` are (ACTUAL or FORECASTED, percent), each sent to the topic when
    the percentage is exceeded."""
    scope.add(
        budgets.Budget(
            logical_id(scope, name, "Budget"),
            Budget=budgets.BudgetData(
                BudgetName=scope.named(name),
                BudgetType="COST",
                TimeUnit="MONTHLY",
                BudgetLimit=budgets.Spend(Amount=dollars, Unit="USD"),
            ),
            NotificationsWithSubscribers=[_alert(kind, percent, topic_arn) for kind, percent in alerts],
        )
    )


def _alert(kind: str, percent: int, topic_arn: Any) -> Any:
    return budgets.NotificationWithSubscribers(
        Notification=budgets.Notification(
            NotificationType=kind,
            ComparisonOperator="GREATER_THAN",
            Threshold=percent,
            ThresholdType="PERCENTAGE",
        ),
        Subscribers=[budgets.Subscriber(SubscriptionType="SNS", Address=topic_arn)],
    )
