"""The seed data a system declares, and the deployed resources it refers to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from pkgops.config import require_account
from pkgops.errors import RefusedError, UsageError
from pkgops.plan.digest import DIGEST_OUTPUT
from pkgops.seeds import SeedContext, Seeds

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.ports.ports import Ports
    from pkgops.ports.stacks import StackState


def declared_seeds(project: Project) -> Seeds:
    """The system's seed data for a stage. RefusedError on a protected stage; UsageError if there is none."""
    if project.stage.protected or project.stage.production:
        raise RefusedError(
            f"Stage {project.stage.name} is protected: it takes no seed data.",
            "Seed another stage, for example: pkgops seed-dev --stage local",
        )
    name = f"templates.{project.system.key}.seed"
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise UsageError(f"{project.system.key} has no seed data.", f"Declare it in {name}.") from None
    seeds: Seeds = module.seed(_context(project))
    return seeds


def _context(project: Project) -> SeedContext:
    now = datetime.now(UTC)
    return SeedContext(
        stage=project.stage,
        now=now.isoformat(),
        epoch=int(now.timestamp()),
        secret=lambda _name: secrets.token_urlsafe(32),
        days_ago=lambda days: (now - timedelta(days=days)).isoformat(),
        settings=project.settings,
    )


def _not_deployed(project: Project, reference: str, stack: str | None, state: StackState | None) -> UsageError:
    """The error for a reference of the seed data to ``stack``, which is None if the system has no stack of that key."""
    system, stage = project.system.key, project.stage.name
    if stack is not None and state is None:
        return UsageError(
            f"Cannot seed {system}: {reference} is not deployed on stage {stage}.",
            f"Deploy it first: pkgops deploy {system} --stage {stage}",
        )
    names = sorted({*state.outputs} - {DIGEST_OUTPUT}) if state else []
    there = f"Stack {stack} has: {', '.join(names) or 'none'}." if stack else f"{system} has no such stack."
    return UsageError(
        f"Cannot seed {system}: there is no output {reference} on stage {stage}.",
        f"{there} Correct templates/{system}/seed.py, or deploy the stack if the output is new.",
    )


def resolve_outputs(
    project: Project, stacks: Sequence[SynthesizedStack], ports: Ports, references: Iterable[str]
) -> dict[str, str]:
    """The deployed value of each reference in seed data (``storage.OrdersTableName``). UsageError if one is not
    deployed."""
    names = {stack.key: stack.name for stack in stacks}
    states = {state.name: state for state in ports.stacks.describe()}
    values: dict[str, str] = {}
    for reference in dict.fromkeys(references):
        key, _, output = reference.partition(".")
        state = states.get(names.get(key, ""))
        if state is None or output not in state.outputs:
            raise _not_deployed(project, reference, names.get(key), state)
        require_account(project.stage, state.account)
        values[reference] = state.outputs[output]
    return values
