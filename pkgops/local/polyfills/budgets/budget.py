"""AWS::Budgets::Budget: recorded with its notifications. No cost is measured."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import refuse, require
from pkgops.local.hooks.types import Created, Properties, Types


def install(types: Types) -> None:
    """Adds the type; the service exists."""
    from ministack.services import budgets

    require(budgets, "_create_budget", "_delete_budget")
    types.add("AWS::Budgets::Budget", _create, _delete, _update)


def _create(logical_id: str, properties: Properties, stack: str) -> Created:
    from ministack.services import budgets

    budget = dict(properties["Budget"])
    budget.setdefault("BudgetName", f"{stack}-{logical_id}")
    if "BudgetLimit" in budget:
        limit = budget["BudgetLimit"]
        budget["BudgetLimit"] = {"Amount": str(limit["Amount"]), "Unit": limit["Unit"]}
    notifications = [_notification(one) for one in properties.get("NotificationsWithSubscribers") or []]
    refuse(budgets._create_budget({"Budget": budget, "NotificationsWithSubscribers": notifications}))
    return budget["BudgetName"], {}


def _notification(one: dict[str, Any]) -> dict[str, Any]:
    threshold = float(one["Notification"]["Threshold"])
    return {"Notification": {**one["Notification"], "Threshold": threshold}, "Subscribers": one["Subscribers"]}


def _update(name: str, old: Properties, new: Properties, stack: str) -> Created:
    """Under an unchanged name the budget is created again; under another one the stack removes the old one."""
    if (new["Budget"].get("BudgetName") or name) == name:
        _delete(name, old)
    budget = {**new["Budget"], "BudgetName": new["Budget"].get("BudgetName") or name}
    return _create(name, {**new, "Budget": budget}, stack)


def _delete(name: str, _: Properties) -> None:
    from ministack.services import budgets

    budgets._delete_budget({"BudgetName": name})
