"""The budgets stack: an alert before PkgWatch costs more than planned."""

from __future__ import annotations

from pkgops.kit.budget import budget
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """The monthly cost budget, which notifies the alert topic."""
    budget(
        scope,
        "pkgwatch-monthly-budget",
        scope.settings.monthly_budget,
        scope.use("pipeline.AlertTopicArn"),
        (("ACTUAL", 80), ("FORECASTED", 100)),
    )
