"""Taking back what users of a user pool log in with: their passwords and the tokens they were given.

For a pool whose passwords are no longer to be trusted: because somebody else may have chosen them, or they have leaked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.build.synth import SynthesizedStack, resources
from pkgops.errors import UsageError, not_deployed
from pkgops.events import Emit, Progress

if TYPE_CHECKING:
    from pkgops.ports.ports import Ports
    from pkgops.ports.users import PoolUser, Users

_TYPE = "AWS::Cognito::UserPool"
_WITH_PASSWORD = "CONFIRMED"  # noqa: S105 - a status; others wait for an invitation's password or for a confirmation


@dataclass(frozen=True, slots=True)
class PoolUsers:
    """A deployed pool and its users."""

    pool: str
    users: Sequence[PoolUser]

    @property
    def with_password(self) -> list[PoolUser]:
        """Those who may have a password."""
        return [user for user in self.users if user.status == _WITH_PASSWORD]


@dataclass(frozen=True, slots=True)
class ResetResult:
    """How many users of a pool got a random password, and whose sessions were ended."""

    pool: str
    passwords: int
    sessions: int


def pool_users(
    stacks: Iterable[SynthesizedStack], ports: Ports, stage: str, skip_missing: bool = False
) -> list[PoolUsers]:
    """The deployed pools of some stacks with their users. UsageError if one is not deployed on the stage, unless that
    is skipped."""
    found: list[PoolUsers] = []
    declared = [(stack, logical_id) for stack in stacks for logical_id, _ in resources(stack.template, _TYPE)]
    deployed = {state.name for state in ports.stacks.describe()} if declared else set()
    for stack, logical_id in declared:
        rows = ports.stacks.resources(stack.name) if stack.name in deployed else []
        pool = next((row.physical_id for row in rows if row.logical_id == logical_id), "")
        if pool:
            found.append(PoolUsers(pool, ports.users.users(pool)))
        elif not skip_missing:
            raise not_deployed("User pool", logical_id, stack.system, stage)
    return found


def require_pools(system: str, pools: Sequence[PoolUsers]) -> Sequence[PoolUsers]:
    """The pools. UsageError if the system has none."""
    if not pools:
        raise UsageError(f"System {system} has no user pool.", "Name one that has: pkgops users ls --all")
    return pools


def reset(pools: Sequence[PoolUsers], port: Users, emit: Emit) -> list[ResetResult]:
    """Gives users random passwords and ends the sessions of all; it can be repeated. Passwords come first: with one, a
    session that was ended is begun again."""
    results = []
    for pool in pools:
        steps = [(port.replace_password, user) for user in pool.with_password]
        steps += [(port.end_sessions, user) for user in pool.users]
        for done, (step, user) in enumerate(steps, 1):
            step(pool.pool, user.name)
            emit(Progress(f"Resetting {pool.pool}", done, len(steps)))
        results.append(ResetResult(pool.pool, len(pool.with_password), len(pool.users)))
    return results
