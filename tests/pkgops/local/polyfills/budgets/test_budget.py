"""Contract: a budget is recorded with its notifications."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def test_a_budget_with_its_notifications(deploy, unique, aws):
    name = unique("budget")

    def template(amount):
        budget = {
            "BudgetName": name,
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": amount, "Unit": "USD"},
        }
        notification = {
            "Notification": {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80},
            "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}],
        }
        properties = {"Budget": budget, "NotificationsWithSubscribers": [notification]}
        return {"Resources": {"Budget": {"Type": "AWS::Budgets::Budget", "Properties": properties}}}

    def limit():
        found = aws("budgets").describe_budget(AccountId="000000000000", BudgetName=name)["Budget"]
        return float(found["BudgetLimit"]["Amount"])

    stack = deploy(template(200))
    assert stack.status == "CREATE_COMPLETE"
    assert limit() == 200
    rows = aws("budgets").describe_notifications_for_budget(AccountId="000000000000", BudgetName=name)["Notifications"]
    assert [row["Threshold"] for row in rows] == [80.0]
    assert stack.update(template(300)).status == "UPDATE_COMPLETE"
    assert limit() == 300
    assert stack.delete().status == "DELETE_COMPLETE"
    with pytest.raises(aws("budgets").exceptions.NotFoundException):
        limit()
