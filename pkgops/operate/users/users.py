"""Single users of a system's user pool: who is created, and how the password comes about."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pkgops.build.synth import SynthesizedStack, resources
from pkgops.errors import UsageError, not_deployed, unknown
from pkgops.ports.users import NewUser

if TYPE_CHECKING:
    from pkgops.ports.ports import Ports
    from pkgops.ports.users import Users

_TYPE = "AWS::Cognito::UserPool"
_REQUIRED_CHARACTERS = "aA1!"  # one of each kind that a policy may ask for


def only_pool(system: str, stacks: Iterable[SynthesizedStack], ports: Ports, chosen: str = "", stage: str = "") -> str:
    """The id of the system's deployed pool, which ``chosen`` names by its logical id if there are several. UsageError
    if there is none, or none that is meant; it says how to deploy it on ``stage``."""
    declared = {logical_id: stack for stack in stacks for logical_id, _ in resources(stack.template, _TYPE)}
    if not declared:
        raise UsageError(f"System {system} has no user pool.", "Name one that has: pkgops users ls --all")
    if chosen and chosen not in declared:
        raise unknown("user pool", chosen, sorted(declared))
    if not chosen and len(declared) > 1:
        raise UsageError(f"System {system} has {len(declared)} user pools.", f"--pool {' or '.join(sorted(declared))}")
    logical_id = chosen or next(iter(declared))
    rows = ports.stacks.resources(declared[logical_id].name)
    found = next((row.physical_id for row in rows if row.logical_id == logical_id), "")
    if not found:
        raise not_deployed("User pool", logical_id, system, stage)
    return found


def new_user(name: str, password: str, attributes: Sequence[str], *, temporary: bool) -> NewUser:
    """The user to create. ``attributes`` are ``NAME=VALUE``; a name with an @ is also the address, which counts as
    verified. UsageError for what is neither, and without a password: a pool would make one up that nobody knows."""
    if not password:
        raise UsageError("The password is empty.", "Give one, or have one made with --generate.")
    given = {"email": name, "email_verified": "true"} if "@" in name else {}
    for attribute in attributes:
        key, equals, value = attribute.partition("=")
        if not key or not equals:
            raise UsageError(f"{attribute} is no attribute.", "Write --attribute NAME=VALUE.")
        given[key] = value
    return NewUser(name, password, temporary, given)


def generated_password() -> str:
    """A random password that any policy of up to 24 characters takes."""
    return secrets.token_urlsafe(15) + _REQUIRED_CHARACTERS


def delete_user(pool: str, name: str, port: Users) -> None:
    """Deletes a user; UsageError if there is none of that name or address."""
    if not name or not port.delete(pool, name):
        raise UsageError(f"User pool {pool} has no user {name}.", "List them: pkgops users ls SYSTEM --each")
