"""What does a deployment do about functions that `pkgops dev` has swapped?

Whatever CloudFormation has updated runs what it believes in. A function whose template has not changed still runs the
swapped code, and gets back what was deployed. Aliases that follow swapped code go back before anything else: CodeDeploy
moves an alias only from the version that CloudFormation believes it to lead to.
"""

from __future__ import annotations

from collections.abc import Collection

from pkgops.errors import FunctionChangedError, UsageError
from pkgops.events import Emit, Note
from pkgops.plan.plan import Plan
from pkgops.plan.swapped_code import Ledger, Outcome, SwappedFunction
from pkgops.ports.functions import LATEST
from pkgops.ports.ports import Ports


def put_aliases_back(plan: Plan, ports: Ports, emit: Emit) -> None:
    """Makes aliases that follow swapped code lead to the versions that CloudFormation believes in. One that somebody
    has moved since stays where it is."""
    for one in plan.swapped:
        name = one.swap.function
        if not one.swap.aliases or one.outcome is Outcome.LEFT:
            continue
        for alias, version in one.swap.aliases.items():
            try:
                now = ports.functions.alias(name, alias)
                if now.version == LATEST:
                    ports.functions.move_alias(name, alias, version, now.revision)
            except (FunctionChangedError, UsageError) as error:
                emit(Note(f"{error.message} The alias stays as it is.", "warning"))
        Ledger(plan.project).unfollow(name)


def take_over(plan: Plan, deployed: Collection[str], ports: Ports, emit: Emit) -> None:
    """Gives functions of the stacks ``deployed`` (keys) the code that CloudFormation believes in, and forgets their
    swaps; those of other stacks are kept."""
    settled = []
    for one in plan.swapped:
        if one.swap.stack not in deployed or one.outcome is Outcome.LEFT:
            continue
        if one.outcome is not Outcome.TAKEN_BACK or _taken_back(one, ports, emit):
            settled.append(one.swap.function)
    Ledger(plan.project).drop(settled)


def _taken_back(one: SwappedFunction, ports: Ports, emit: Emit) -> bool:
    """False if somebody has changed the function since it was compared."""
    name = one.swap.function
    now = ports.functions.code(name)
    try:
        if now.sha256 != one.live:
            raise FunctionChangedError(f"{name} has changed meanwhile.")
        ports.functions.replace_code(name, ports.artifacts.bucket, one.swap.believed, now.revision)
    except FunctionChangedError as error:
        emit(Note(f"{error.message} Its code stays as it is.", "warning"))
        return False
    emit(Note(f"{name} runs what was deployed again, no longer what pkgops dev had swapped in."))
    return True
