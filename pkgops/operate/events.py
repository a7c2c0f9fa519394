"""The CloudFormation events of a system's stacks."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING

from pkgops.logs.time_range import format_time, parse_start

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.ports.ports import Ports
    from pkgops.ports.stacks import StackEvent

_PARALLEL = 4  # DescribeStackEvents is throttled at a few calls a second


def stack_events(
    stacks: Sequence[SynthesizedStack], ports: Ports, since: str | None = None, *, failed: bool = False
) -> list[StackEvent]:
    """The stacks' events oldest first, merged; ``since`` as in `pkgops.logs.time_range.parse_time` (None: all).
    ``failed`` keeps failures only; without ``since`` those of each stack's last failed operation, including failures
    before any resource was changed. Stacks that are not deployed have none."""
    start = format_time(parse_start(since)) if since else ""

    def read(stack: SynthesizedStack) -> list[StackEvent]:
        return (
            ports.stacks.failures(stack.name) if failed and not start else ports.stacks.events(stack.name, since=start)
        )

    with ThreadPoolExecutor(_PARALLEL) as pool:
        found = list(chain.from_iterable(pool.map(read, stacks)))
    wanted = [event for event in found if not failed or event.status.endswith("FAILED")]
    return sorted(wanted, key=lambda event: event.time)
