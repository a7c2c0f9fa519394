"""Conflicts: resources that exist before a deployment creates them, and their resolutions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from pkgops.errors import RefusedError
from pkgops.plan.options import PlanOptions

_MAX_FLAGS = 5  # conflicts whose flags are listed one by one


class ConflictKind(StrEnum):
    """What is wrong, as the end of a sentence."""

    EXISTS = "already exists"
    OWNED = "belongs to another stack"
    FOREIGN = "belongs to another account"
    DELETING = "is scheduled for deletion"
    IN_USE = "is still imported"
    AUTO_IMPORTED = "is imported automatically"  # retained by an earlier stack of this name


@dataclass(frozen=True, slots=True)
class Conflict:
    """A resource that exists before the deployment. ``stack`` is a key, "" for a secret outside the stacks;
    ``resolutions`` are those there are (import, restore, rename), ``resolution`` the chosen one; ``detail`` names
    stacks, ``source`` the line in templates/, ``identifier`` is the physical id. ``retained`` says that it is kept
    when its stack is destroyed."""

    stack: str
    logical_id: str
    type: str
    name: str
    kind: ConflictKind
    resolutions: tuple[str, ...] = ()
    resolution: str = ""
    detail: str = ""
    source: str = ""
    identifier: str = ""
    retained: bool = False

    @property
    def blocking(self) -> bool:
        """True if no resolution was chosen and one is necessary."""
        return self.kind is not ConflictKind.AUTO_IMPORTED and not self.resolution

    @property
    def imported(self) -> bool:
        """True if it becomes part of its stack."""
        return self.kind is ConflictKind.AUTO_IMPORTED or "import" in self.resolution

    @property
    def outcome(self) -> str:
        """What the resolution does with it."""
        done = {"import": "imported", "restore": "restored"}.get(self.resolution, "restored and imported")
        if self.kind is ConflictKind.AUTO_IMPORTED or not self.stack:
            return "it stays as it is" if self.stack else done
        return f"{done}; {'kept' if self.retained else 'deleted'} when the stack is destroyed"

    def __str__(self) -> str:
        where = f" ({self.source})" if self.source else ""
        return f"{self.logical_id}: {self.type} {self.name} {self.kind}{self.detail}{where}"


def with_resolution(conflict: Conflict, options: PlanOptions) -> Conflict:
    """The conflict with the resolution that the options choose. A secret restored into a stack is imported, too."""
    names = (conflict.logical_id, f"{conflict.stack}/{conflict.logical_id}")
    for way, patterns in (("import", options.imports), ("restore", options.restores)):
        if way in conflict.resolutions and any(fnmatchcase(name, pattern) for name in names for pattern in patterns):
            both = way == "restore" and bool(conflict.stack)
            return replace(conflict, resolution="restore and import" if both else way)
    return conflict


def require_resolved(conflicts: Iterable[Conflict]) -> None:
    """RefusedError that lists the conflicts without a resolution, if there are any."""
    blocking = [conflict for conflict in conflicts if conflict.blocking]
    if blocking:
        listed = "\n".join(f"  {conflict}" for conflict in blocking)
        raise RefusedError(
            f"Conflicts with this deployment; nothing was changed:\n{listed}", " ".join(_remedies(blocking))
        )


def _remedies(conflicts: Sequence[Conflict]) -> Iterator[str]:
    for way, meaning in (("import", "imports it into its stack as it is"), ("restore", "restores the secret")):
        names = [conflict.logical_id for conflict in conflicts if way in conflict.resolutions]
        if names:
            flags = " ".join(f"--{way} {name}" for name in names[:_MAX_FLAGS])
            rest = f" and so on; --{way} '*' is for all {len(names)}" if len(names) > _MAX_FLAGS else ""
            yield f"{flags}{rest}: {meaning}."
    kinds = {conflict.kind for conflict in conflicts}
    if ConflictKind.IN_USE in kinds:
        yield "Keep an output as it is until no other stack imports its export."
    if ConflictKind.OWNED in kinds:
        yield "A resource of another stack has to be removed from that stack first."
    if any("rename" in conflict.resolutions for conflict in conflicts):
        yield "Or delete it, or rename it in templates/."
