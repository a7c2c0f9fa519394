"""The deployment of a plan: the only stage of the pipeline that changes AWS.

Most deployments find nothing to do: what carries changes out is imported when there are some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgops.deploy.report import Report, Result, require_success
from pkgops.events import Emit, StackChanged, silent

if TYPE_CHECKING:
    from pkgops.plan.plan import Plan
    from pkgops.plan.step import Step
    from pkgops.ports.ports import Ports

__all__ = ["Report", "Result", "deploy", "require_success"]

CONCURRENCY = 8


def deploy(plan: Plan, ports: Ports, emit: Emit = silent, concurrency: int = CONCURRENCY) -> Report:
    """Deploys bucket, artifacts, then each stack as soon as the stacks it depends on are deployed.

    A failing stack does not stop unrelated ones; failures are in the report. On Ctrl-C raises
    `pkgops.deploy.interruption.Interrupted`, and AccessError if AWS can no longer be reached; running operations
    continue, and the next deployment attaches."""
    if plan.changed:
        from pkgops.deploy.deployment import carry_out

        return carry_out(plan, ports, emit, concurrency)
    for step in plan.steps:
        emit(StackChanged(step.stack.name, "UNCHANGED"))
    if plan.swapped:
        from pkgops.deploy.swapped_code import put_aliases_back, take_over

        put_aliases_back(plan, ports, emit)
        take_over(plan, [step.stack.key for step in plan.steps], ports, emit)
    return Report(tuple(_unchanged(step) for step in plan.steps))


def _unchanged(step: Step) -> Result:
    outputs = step.before.outputs if step.before else {}
    return Result(step.stack.name, step.stack.key, "UNCHANGED", outputs=outputs)
