"""How do the system's stacks stand?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports import Ports
    from pkgops.synth import Synthesized


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One stack. ``status`` is CloudFormation's, or NOT_DEPLOYED; ``updated`` ISO-8601 or "".

    ``current`` tells whether what is deployed equals the definition here, None where that cannot be told;
    ``resources`` counts what is deployed; ``advice`` is what to do about the status, "" if nothing."""

    stack: str
    name: str
    status: str
    updated: str = ""
    current: bool | None = None
    resources: int = 0
    reason: str = ""
    advice: str = ""


def status(project: Project, stacks: Sequence[Synthesized], ports: Ports) -> list[StatusRow]:
    """A row a stack, in the stacks' order. ``stacks`` should be packaged ones: only then can ``current`` be
    told."""
    raise NotImplementedError
