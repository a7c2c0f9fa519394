"""Recovery hints for stuck stacks: which resources block them, and the commands that help."""

from __future__ import annotations

import re

from pkgops.errors import DeployError
from pkgops.ports.stacks import Stacks, StackState

ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED"
DELETE_FAILED = "DELETE_FAILED"
_NAMED = re.compile(r"failed to \w+: \[([^\]]*)\]")


def failed_resources(stacks: Stacks, state: StackState) -> tuple[str, ...]:
    """The logical ids of the resources that could not be rolled back or deleted, from the stack's reason; if that
    names none, those with a failed status."""
    named = [name.strip() for found in _NAMED.findall(state.reason) for name in found.split(",") if name.strip()]
    if not named:
        status = "UPDATE_FAILED" if state.status == ROLLBACK_FAILED else DELETE_FAILED
        named = [row.logical_id for row in stacks.resources(state.name) if row.status == status]
    return tuple(dict.fromkeys(named))


def recovery_hint(stacks: Stacks, state: StackState, target: str) -> str:
    """The next step for a stuck stack: commands, with flags for the resources that block it. ``target`` are the
    arguments of the commands ("shop --stage dev")."""
    names = failed_resources(stacks, state) if state.status in {ROLLBACK_FAILED, DELETE_FAILED} else ()
    named = ", ".join(names) or "Something"
    if state.status == ROLLBACK_FAILED:
        flags = "".join(f" --skip {name}" for name in names) or " --skip RESOURCE"
        again = f"pkgops deploy {target} --resume"
        done, leave = "rolled back", "as it is"
    elif state.status == DELETE_FAILED:
        flags = "".join(f" --retain {name}" for name in names) or " --retain RESOURCE"
        again = f"pkgops destroy {target}"
        done, leave = "deleted", "behind"
    else:
        return f"See why with: pkgops events {target} --failed"
    return f"{named} could not be {done}. Fix the cause, then: {again}; or leave it {leave}: {again}{flags}"


def stuck_error(stacks: Stacks, state: StackState, target: str) -> DeployError:
    """The error for a stack that cannot be updated, with its recovery hint."""
    reason = f" ({state.reason})" if state.reason else ""
    return DeployError(
        f"Stack {state.name} is {state.status}{reason}; CloudFormation accepts no update in this state.",
        recovery_hint(stacks, state, target),
    )
