"""The reminder processor and the rule that calls it."""

from __future__ import annotations

from pkgops.kit.function import Function, FunctionResource, functions
from pkgops.kit.links import secret
from pkgops.kit.triggers import Schedule
from pkgops.scope import Scope
from templates.kefir.data import Stored
from templates.kefir.defaults import defaults
from templates.kefir.naming import EXPO_SECRET, named

PROCESSOR = "reminder_processor"
INPUT = {"source": "eventbridge-scheduler", "action": "process-reminders"}


def add(scope: Scope, stored: Stored) -> FunctionResource:
    """Adds the function that sends due reminders, and its rule. Runs take a lease in the table, so that one sends at a
    time; a reservation is for accounts that have the quota, and want none to be invoked in vain."""
    own_address = scope.settings.expo_base_url
    rule = Schedule(
        named("reminder-schedule"),
        "rate(5 minutes)",
        INPUT,
        description="Trigger reminder processor every 5 minutes",
    )
    row = Function(
        PROCESSOR,
        (rule,),
        environment={"EXPO_BASE_URL": own_address} if own_address else {},
        links=(
            stored.table.only("GetItem", "PutItem", "UpdateItem", "Query"),
            secret(scope, EXPO_SECRET).read().named("EXPO_SECRET_ARN"),
        ),
        timeout=60,
        concurrency=scope.settings.processor_reservation or None,
    )
    return functions(scope, defaults(scope, "scheduler", {}), [row])[PROCESSOR]
