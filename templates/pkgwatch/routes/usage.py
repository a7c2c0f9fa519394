"""The functions that show a month's usage and reset it."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.triggers import Route, Schedule
from templates.pkgwatch.contracts import usage as contracts
from templates.pkgwatch.routes.access import Environment, Grants, Links


def rows(grants: Grants, _environment: Environment, _links: Links) -> list[Function]:
    """One row a function: its file, its route or schedule, its permissions, its environment."""
    get_usage = Route("GET /usage", contracts.GET_USAGE)
    monthly = Schedule("pkgwatch-monthly-usage-reset", "cron(0 0 1 * ? *)")
    daily = Schedule("pkgwatch-daily-backup-usage-reset", "cron(5 0 * * ? *)")
    return [
        Function("get_usage", (get_usage,), (grants.keys("GetItem", "Query"),)),
        Function(
            "reset_usage",
            (monthly,),
            (grants.keys("DeleteItem", "GetItem", "PutItem", "Scan", "UpdateItem"), grants.invoke("reset_usage")),
            {"BILLING_CYCLE_RESET_ENABLED": "true"},
            timeout=300,
        ),
        Function("backup_reset_usage", (daily,), (grants.keys("Scan", "UpdateItem"),), timeout=300),
    ]
