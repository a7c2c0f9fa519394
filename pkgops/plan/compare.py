"""The comparison of what was built with what is deployed: a plan whose changes are not known in detail yet.

It reads AWS once, for all stacks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project, require_account
from pkgops.errors import UsageError
from pkgops.plan.bootstrap import bootstrap_step
from pkgops.plan.looked_up import with_values
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.step import READY, Action, Step, decide, late_values, parameter_values, require_deployable
from pkgops.plan.swapped_code import Found, Outcome, SwappedFunction, code_sha256, swapped_functions, wanted_code
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackState


def compare(project: Project, packaged: PackagedSystem, ports: Ports, options: PlanOptions) -> Plan:
    """The plan with an action for every selected stack.

    AccessError if the credentials belong to another account than the stage's; UsageError if a selected stack needs
    one that is neither deployed nor selected; DeployError for a stack that no deployment can move."""
    everything = {state.name: state for state in ports.stacks.describe()}
    states = {stack.key: everything[stack.name] for stack in packaged.stacks if stack.name in everything}
    _require_account(project, states, ports)
    selected = _selected(with_values(packaged.stacks, ports), options)
    _require_upstream(selected, states)
    outputs = {key: state.outputs for key, state in states.items() if state.status in READY}
    steps = tuple(require_deployable(_step(stack, states, outputs, options), project, ports) for stack in selected)
    swapped = _swapped(project, steps, ports, options)
    if all(step.action is Action.UNCHANGED for step in steps):
        return Plan(project, steps, packaged.assets, states, options=options, swapped=swapped)
    bootstrap, imported = bootstrap_step(project, everything, ports)
    return Plan(project, steps, packaged.assets, states, bootstrap, options, imported, swapped=swapped)


def _step(
    stack: SynthesizedStack,
    states: Mapping[str, StackState],
    outputs: Mapping[str, Mapping[str, str]],
    options: PlanOptions,
) -> Step:
    parameters = parameter_values(stack, outputs, late_values(stack, states))
    return decide(stack, states.get(stack.key), parameters, options)


def _swapped(
    project: Project, steps: Sequence[Step], ports: Ports, options: PlanOptions
) -> tuple[SwappedFunction, ...]:
    """The functions that do not run what was deployed, with what becomes of them."""
    there = [step.stack.key for step in steps if step.before is not None]
    found = swapped_functions(project, there, ports.functions)
    wanted = wanted_code(step.stack for step in steps) if found else {}
    current = {step.stack.key for step in steps if step.action is Action.UNCHANGED}
    undone = options.revert_drift or options.force
    rows = []
    for one in found:
        key = wanted.get(one.swap.function)
        if key is not None and one.swap.stack in current:  # another machine may have deployed since
            one = replace(one, swap=replace(one.swap, believed=key))  # noqa: PLW2901 - the same row, corrected
        rows.append(replace(one, outcome=_outcome(one, key, undone=undone)))
    return tuple(rows)


def _outcome(one: SwappedFunction, wanted: str | None, *, undone: bool) -> Outcome:
    """``wanted`` is the artifact in the new template, None if the function is not in it any more."""
    if wanted is None:
        return Outcome.REPLACED
    if code_sha256(wanted) == one.live:
        return Outcome.RUNS_ALREADY
    if wanted != one.swap.believed:
        return Outcome.REPLACED
    return Outcome.TAKEN_BACK if one.found is Found.SWAPPED or undone else Outcome.LEFT


def _selected(stacks: Sequence[SynthesizedStack], options: PlanOptions) -> list[SynthesizedStack]:
    """The stacks to deploy, in their order."""
    if not options.stacks:
        return list(stacks)
    keys = list(options.stacks) if options.only else _with_needs(options.stacks, stacks)
    return [stack for stack in stacks if stack.key in keys]


def _with_needs(keys: Collection[str], stacks: Sequence[SynthesizedStack]) -> list[str]:
    """The named stacks and, transitively, those whose values they use."""
    needs = {stack.key: stack.needs for stack in stacks}
    selected = list(keys)
    for key in selected:
        selected += sorted(need for need in needs[key] if need not in selected)
    return selected


def _require_upstream(selected: Sequence[SynthesizedStack], states: Mapping[str, StackState]) -> None:
    available = {stack.key for stack in selected} | {key for key, state in states.items() if state.status in READY}
    for stack in selected:
        if absent := sorted(stack.needs - available):
            raise UsageError(
                f"Stack {stack.key} uses values of {', '.join(absent)}, which is not deployed.",
                "Deploy that first, or leave --only out.",
            )


def _require_account(project: Project, states: Mapping[str, StackState], ports: Ports) -> None:
    """Account and region are in every stack's ARN, so STS is asked only if there is no stack yet."""
    if project.stage.local:
        return
    known = next((state for state in states.values() if state.account), None)
    account, region = (known.account, known.region) if known else (ports.identity.account(), "")
    require_account(project.stage, account, region)
