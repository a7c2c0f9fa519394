"""What must whoever deploys a system be allowed, and what is there to say about it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pkgops.errors import AccessError
from pkgops.events import Emit, Finished, Started, silent

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.permissions.policy import Policy


@dataclass(frozen=True, slots=True)
class Printed:
    """``value`` is a policy document, or a list of {Name, Document} where it takes several; ``notes`` are lines for
    the reader."""

    value: Any
    notes: tuple[str, ...]


def policy(project: Project, account: Callable[[], str], emit: Emit = silent) -> Printed:
    """The policies for a system on its stage, in a stable order. ``account`` is asked where the stage names none.

    ConfigError if the system cannot be built for the stage; AccessError if nobody knows the account."""
    from pkgops.build.build import synthesized
    from pkgops.config import stages
    from pkgops.permissions.policy import has_own_account, policies, unlisted_types

    stage = project.stage
    number = stage.account or _asked(project, account)
    emit(Started("Reading what CloudFormation calls"))
    own = has_own_account(stage, stages(project.root))
    stacks = synthesized(project)
    found = policies(project, stacks, number, own)
    emit(Finished("Reading what CloudFormation calls"))
    value = found[0].document if len(found) == 1 else [{"Name": one.name, "Document": one.document} for one in found]
    fewer = len(policies(project, stacks, number, True)) if stage.production and not own else len(found)
    notes = _notes(found, fewer)
    if kinds := unlisted_types(stacks):
        notes.append(f"Add by hand what these types need, the registry does not say it: {', '.join(kinds)}")
    return Printed(value, tuple(notes))


def _asked(project: Project, account: Callable[[], str]) -> str:
    try:
        return account()
    except AccessError as error:
        hint = f'Or name it: account = "<12 digits>" under [{project.stage.name}] in stages.toml.'
        raise AccessError(error.message, f"{error.hint} {hint}") from error


def _notes(found: list[Policy], fewer: int) -> list[str]:
    """``fewer`` is how many documents it would be if no other stage could share the account."""
    from pkgops.permissions.broad_grants import broad_grants
    from pkgops.permissions.statements import ATTACHED

    notes = ["Wider than a name, and why:"]
    for one in broad_grants(policy.document for policy in found):
        what = f"{one.actions[0]} and {len(one.actions) - 1} more" if len(one.actions) > 1 else one.actions[0]
        notes.append(f"  {what} on {one.resource}: {one.reason}")
    if len(found) > ATTACHED:
        notes.append(f"{len(found)} documents; IAM attaches {ATTACHED} to a role unless its quota is raised.")
    if fewer < len(found):
        notes.append(
            "Other stages may share this account, and this one's names are the beginnings of theirs: so each name is "
            f"listed. Pin every stage to an account of its own in stages.toml, and patterns make it {fewer} documents."
        )
    return notes
