"""What can be in the way of a deployment, and what can be chosen about it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pkgops.errors import RefusedError

if TYPE_CHECKING:
    from pkgops.plan.plan import Plan, PlanOptions

_FEW = 5  # conflicts whose flags are listed one by one


class ConflictKind(StrEnum):
    """What the matter is, as part of a sentence."""

    EXISTS = "exists already"
    OWNED = "belongs to another stack"
    FOREIGN = "belongs to another account"
    DELETING = "waits for its deletion"
    IN_USE = "is still imported"
    TAKEN_BACK = "is taken back"  # retained by an earlier life of the stack: not in the way


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that is there before the deployment. ``stack`` is a key, "" for a secret outside the stacks;
    ``ways`` are the choices there are (import, restore, rename), ``choice`` the one that was made; ``detail`` names
    stacks, ``source`` the line in templates/, ``identifier`` is the physical id. ``retained`` says that it stays when
    its stack is destroyed."""

    stack: str
    logical_id: str
    type: str
    name: str
    kind: ConflictKind
    ways: tuple[str, ...] = ()
    choice: str = ""
    detail: str = ""
    source: str = ""
    identifier: str = ""
    retained: bool = False

    @property
    def blocking(self) -> bool:
        """Nobody has said what is to be done about it."""
        return self.kind is not ConflictKind.TAKEN_BACK and not self.choice

    @property
    def taken(self) -> bool:
        """It becomes part of its stack."""
        return self.kind is ConflictKind.TAKEN_BACK or "import" in self.choice

    @property
    def fate(self) -> str:
        """What becomes of it, once something was chosen."""
        done = {"import": "taken into the stack", "restore": "restored"}.get(self.choice, "restored and taken in")
        if self.kind is ConflictKind.TAKEN_BACK or not self.stack:
            return "it stays as it is" if self.stack else done
        return f"{done}, {'kept' if self.retained else 'deleted'} when that is destroyed"

    def __str__(self) -> str:
        where = f" ({self.source})" if self.source else ""
        return f"{self.logical_id}: {self.type} {self.name} {self.kind}{self.detail}{where}"


def with_resolution(conflict: Conflict, options: PlanOptions) -> Conflict:
    """The conflict with what was chosen for it. What is restored into a stack is imported, too."""
    names = (conflict.logical_id, f"{conflict.stack}/{conflict.logical_id}")
    for way, patterns in (("import", options.imports), ("restore", options.restores)):
        if way in conflict.ways and any(fnmatchcase(name, pattern) for name in names for pattern in patterns):
            both = way == "restore" and bool(conflict.stack)
            return replace(conflict, choice="restore and import" if both else way)
    return conflict


def require_resolved(plan: Plan) -> Plan:
    """The plan, if something was chosen for everything in its way; RefusedError with all of it otherwise."""
    open_ = [conflict for conflict in plan.conflicts if conflict.blocking]
    if not open_:
        return plan
    listed = "\n".join(f"  {conflict}" for conflict in open_)
    raise RefusedError(
        f"In the way of this deployment, which has not touched anything:\n{listed}",
        " ".join(_remedies(open_)),
    )


def _remedies(conflicts: Sequence[Conflict]) -> Iterator[str]:
    for way, meaning in (("import", "takes it into its stack as it is"), ("restore", "takes the secret back")):
        names = [conflict.logical_id for conflict in conflicts if way in conflict.ways]
        if names:
            flags = " ".join(f"--{way} {name}" for name in names[:_FEW])
            rest = f" and so on; --{way} '*' is for all {len(names)}" if len(names) > _FEW else ""
            yield f"{flags}{rest}: {meaning}."
    kinds = {conflict.kind for conflict in conflicts}
    if ConflictKind.IN_USE in kinds:
        yield "Leave an output as it is until no other stack imports its export."
    if ConflictKind.OWNED in kinds:
        yield "What belongs to another stack has to leave that one first."
    if any("rename" in conflict.ways for conflict in conflicts):
        yield "Or delete it, or give it another name in templates/."
