"""The IAM policies that deploying and operating a system requires, with notes on their wide statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pkgops.errors import AccessError
from pkgops.events import Emit, Finished, Started, silent

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.permissions.policy import Policy


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """``value`` is a policy document, or a list of {Name, Document} where one is not enough; ``notes`` are lines for
    the reader."""

    value: Any
    notes: tuple[str, ...]


def deployer_policy(project: Project, account: Callable[[], str], emit: Emit = silent) -> PolicyReport:
    """The policies for a system on its stage, in a stable order. ``account`` is called where the stage names none.

    ConfigError if the system cannot be built for the stage; AccessError if the account is unknown."""
    from pkgops.build.build import synthesized
    from pkgops.config import stages
    from pkgops.permissions.policy import has_own_account, policies, unlisted_types

    stage = project.stage
    number = stage.account or _account(project, account)
    emit(Started("Reading the permissions CloudFormation needs"))
    own = has_own_account(stage, stages(project.root))
    stacks = synthesized(project)
    found = policies(project, stacks, number, own)
    emit(Finished("Reading the permissions CloudFormation needs"))
    value = found[0].document if len(found) == 1 else [{"Name": one.name, "Document": one.document} for one in found]
    fewer = len(policies(project, stacks, number, True)) if stage.production and not own else len(found)
    notes = _notes(found, fewer)
    if kinds := unlisted_types(stacks):
        notes.append(
            f"Add the permissions for these types yourself, the registry does not list them: {', '.join(kinds)}"
        )
    return PolicyReport(value, tuple(notes))


def documents(project: Project, stacks: Sequence[SynthesizedStack], account: str) -> list[Mapping[str, Any]]:
    """The documents of the policies for these stacks of a system, as `deployer_policy` makes them of all."""
    from pkgops.config import stages
    from pkgops.permissions.policy import has_own_account, policies

    own = has_own_account(project.stage, stages(project.root))
    return [one.document for one in policies(project, stacks, account, own)]


def _account(project: Project, account: Callable[[], str]) -> str:
    try:
        return account()
    except AccessError as error:
        hint = f'Or set it: account = "<12 digits>" under [{project.stage.name}] in stages.toml.'
        raise AccessError(error.message, f"{error.hint} {hint}") from error


def _notes(found: list[Policy], fewer: int) -> list[str]:
    """``fewer`` is how many documents there would be if no other stage could share the account."""
    from pkgops.permissions.broad_grants import broad_grants
    from pkgops.permissions.statements import ATTACHED

    notes = ["Statements wider than a single name, and why:"]
    for one in broad_grants(policy.document for policy in found):
        what = f"{one.actions[0]} and {len(one.actions) - 1} more" if len(one.actions) > 1 else one.actions[0]
        notes.append(f"  {what} on {one.resource}: {one.reason}")
    if len(found) > ATTACHED:
        notes.append(f"{len(found)} documents; IAM attaches {ATTACHED} to a role unless its quota is raised.")
    if fewer < len(found):
        notes.append(
            "Other stages may share this account, and this stage's names are prefixes of theirs, so every name is "
            "listed. Pin every stage to an account of its own in stages.toml, and patterns reduce it to "
            f"{fewer} documents."
        )
    return notes
