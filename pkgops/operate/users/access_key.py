"""The access key of a system's application: an IAM user with the policy that the system declares for it.

The key is told once. On the emulator it is a key like any other, and its requests are checked against the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.config import require_account
from pkgops.errors import RefusedError, UsageError
from pkgops.operate.outputs import find_output, read_outputs
from pkgops.own_files import write_private

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.ports.access_keys import AccessKey
    from pkgops.ports.ports import Ports


def app_user(project: Project) -> str:
    """The name of the application's user. UsageError if the system declares no policy for one."""
    if not project.system.app_policy:
        raise UsageError(
            f"{project.system.key} declares no policy for an application.",
            "Set app_policy of SYSTEM to the output that has the policy's ARN.",
        )
    name = project.system.key.replace("_", "-")
    return project.named(f"{name}-app-{{environment}}" if project.system.closed else f"{name}-app")


def create_key(
    project: Project, stacks: Sequence[SynthesizedStack], ports: Ports, *, replace: bool = False
) -> AccessKey:
    """Creates the user if needed, and a key; ``replace`` deletes the keys it had before, once the new one is there.

    RefusedError if it has one already, unless ``replace``. UsageError if the policy is not deployed."""
    user = app_user(project)
    require_account(project.stage, ports.identity.account())
    policy = find_output(read_outputs(project, stacks, ports), project.system.app_policy).value
    before = ports.access_keys.ids(user) or []
    if before and not replace:
        raise RefusedError(
            f"User {user} has an access key already: {', '.join(before)}.",
            "Its secret cannot be shown again. Add --replace for a new key; the old one ends then.",
        )
    ports.access_keys.put_user(user, policy)
    for key in before[1:]:  # IAM allows two; the one in use ends last
        ports.access_keys.delete(user, key)
    made = ports.access_keys.create(user)
    for key in before[:1]:
        ports.access_keys.delete(user, key)
    return made


def variables(key: AccessKey) -> dict[str, str]:
    """The variables that AWS clients read the key from."""
    return {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret}


def make_into(file: Path, make: Callable[[], AccessKey], *, force: bool) -> AccessKey:
    """Makes a key and writes it to a file for its owner alone, which is there before: the secret cannot be had again.
    Raises as `pkgops.own_files.write_private` does."""
    if not force:
        write_private(file, "", force=False)
    try:
        made = make()
    except BaseException:
        if not force:
            file.unlink()
        raise
    write_private(file, "".join(f"{name}={value}\n" for name, value in variables(made).items()), force=True)
    return made


def delete_key(project: Project, ports: Ports) -> bool:
    """Deletes the user with its keys; False if there was none. Until then the stack with the policy cannot be
    deleted."""
    user = app_user(project)
    require_account(project.stage, ports.identity.account())
    if ports.access_keys.ids(user) is None:
        return False
    ports.access_keys.delete_user(user)
    return True
