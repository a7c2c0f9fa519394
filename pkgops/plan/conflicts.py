"""What can be in the way of a deployment, and what can be chosen about it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pkgops.errors import RefusedError

if TYPE_CHECKING:
    from pkgops.plan.plan import Plan, Wishes

_FEW = 5  # obstacles whose flags are listed one by one


class Kind(StrEnum):
    """What the matter is, as part of a sentence."""

    EXISTS = "exists already"
    OWNED = "belongs to another stack"
    FOREIGN = "belongs to another account"
    DELETING = "waits for its deletion"
    IN_USE = "is still imported"
    TAKEN_BACK = "is taken back"  # retained by an earlier life of the stack: not in the way


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that is there before the deployment. ``stack`` is a key, "" for a secret outside the stacks;
    ``ways`` are the choices there are (import, restore, rename), ``choice`` the one that was made; ``detail`` names
    stacks, ``source`` the line in templates/, ``identifier`` is the physical id. ``retained`` says that it stays when
    its stack is destroyed."""

    stack: str
    logical_id: str
    type: str
    name: str
    kind: Kind
    ways: tuple[str, ...] = ()
    choice: str = ""
    detail: str = ""
    source: str = ""
    identifier: str = ""
    retained: bool = False

    @property
    def blocking(self) -> bool:
        """Nobody has said what is to be done about it."""
        return self.kind is not Kind.TAKEN_BACK and not self.choice

    @property
    def taken(self) -> bool:
        """It becomes part of its stack."""
        return self.kind is Kind.TAKEN_BACK or "import" in self.choice

    @property
    def fate(self) -> str:
        """What becomes of it, once something was chosen."""
        done = {"import": "taken into the stack", "restore": "restored"}.get(self.choice, "restored and taken in")
        if self.kind is Kind.TAKEN_BACK or not self.stack:
            return "it stays as it is" if self.stack else done
        return f"{done}, {'kept' if self.retained else 'deleted'} when that is destroyed"

    def __str__(self) -> str:
        where = f" ({self.source})" if self.source else ""
        return f"{self.logical_id}: {self.type} {self.name} {self.kind}{self.detail}{where}"


def chosen(obstacle: Obstacle, wishes: Wishes) -> Obstacle:
    """The obstacle with what was chosen for it. What is restored into a stack is imported, too."""
    names = (obstacle.logical_id, f"{obstacle.stack}/{obstacle.logical_id}")
    for way, patterns in (("import", wishes.imports), ("restore", wishes.restores)):
        if way in obstacle.ways and any(fnmatchcase(name, pattern) for name in names for pattern in patterns):
            both = way == "restore" and bool(obstacle.stack)
            return replace(obstacle, choice="restore and import" if both else way)
    return obstacle


def settled(plan: Plan) -> Plan:
    """The plan, if something was chosen for everything in its way; RefusedError with all of it otherwise."""
    open_ = [obstacle for obstacle in plan.obstacles if obstacle.blocking]
    if not open_:
        return plan
    listed = "\n".join(f"  {obstacle}" for obstacle in open_)
    raise RefusedError(
        f"In the way of this deployment, which has not touched anything:\n{listed}",
        " ".join(_remedies(open_)),
    )


def _remedies(obstacles: Sequence[Obstacle]) -> Iterator[str]:
    for way, meaning in (("import", "takes it into its stack as it is"), ("restore", "takes the secret back")):
        names = [obstacle.logical_id for obstacle in obstacles if way in obstacle.ways]
        if names:
            flags = " ".join(f"--{way} {name}" for name in names[:_FEW])
            rest = f" and so on; --{way} '*' is for all {len(names)}" if len(names) > _FEW else ""
            yield f"{flags}{rest}: {meaning}."
    kinds = {obstacle.kind for obstacle in obstacles}
    if Kind.IN_USE in kinds:
        yield "Leave an output as it is until no other stack imports its export."
    if Kind.OWNED in kinds:
        yield "What belongs to another stack has to leave that one first."
    if any("rename" in obstacle.ways for obstacle in obstacles):
        yield "Or delete it, or give it another name in templates/."
