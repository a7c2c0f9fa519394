"""What a plan changes in the monthly cost, in one line below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgops.plan.plan import Plan
    from pkgops.ports.ports import Ports


def monthly_cost(plan: Plan, ports: Ports) -> str:
    """The line; "" on stage local, which costs nothing, for a plan that changes nothing, and where the estimate cannot
    be made: a deployment does not depend on it."""
    if plan.project.stage.local or not plan.changed:
        return ""
    from pkgops.cli.output.cost_text import change_line
    from pkgops.cost.cost import plan_cost
    from pkgops.errors import PkgopsError

    try:
        return change_line(plan_cost(plan, ports))
    except PkgopsError:
        return ""
