"""Which resources keep a stack where it is, and what can be done about it?"""

from __future__ import annotations

import re

from pkgops.errors import DeployError
from pkgops.ports.stacks import Stacks, StackState

ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED"
DELETE_FAILED = "DELETE_FAILED"
_NAMED = re.compile(r"failed to \w+: \[([^\]]*)\]")


def failed_resources(stacks: Stacks, state: StackState) -> tuple[str, ...]:
    """The logical ids of what could not be rolled back or deleted, as the stack's reason lists them; where it lists
    none, those whose own status says so."""
    named = [name.strip() for found in _NAMED.findall(state.reason) for name in found.split(",") if name.strip()]
    if not named:
        status = "UPDATE_FAILED" if state.status == ROLLBACK_FAILED else DELETE_FAILED
        named = [row.logical_id for row in stacks.resources(state.name) if row.status == status]
    return tuple(dict.fromkeys(named))


def recovery_hint(stacks: Stacks, state: StackState, target: str) -> str:
    """The next step for a stack that takes no update: commands with the resources to leave out named. ``target`` is
    what stands behind the verb ("pkgwatch --stage dev")."""
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
    return (
        f"{named} could not be {done}. Correct what is in its way, then: {again}; or leave it {leave}: {again}{flags}"
    )


def stuck_error(stacks: Stacks, state: StackState, target: str) -> DeployError:
    """Why no deployment can begin on a stack, and the one thing to do."""
    reason = f" ({state.reason})" if state.reason else ""
    return DeployError(
        f"Stack {state.name} is {state.status}{reason}; CloudFormation takes no update in that state.",
        recovery_hint(stacks, state, target),
    )
