"""What happened to the system's stacks?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgops.ports import Ports, StackEvent
    from pkgops.synth import Synthesized


def history(
    stacks: Sequence[Synthesized], ports: Ports, since: str | None = None, *, failed: bool = False
) -> list[StackEvent]:
    """The stacks' events oldest first, merged; ``since`` as in `pkgops.operate.when.moment` (None: all);
    ``failed`` keeps failures only. Stacks that are not deployed have none."""
    raise NotImplementedError
