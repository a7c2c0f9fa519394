"""The options of a plan: which stacks it covers, and what the user allows it to do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """``stacks`` are the keys of the stacks to deploy, () for all; unless ``only`` is set, the stacks whose values they
    use come along. ``force`` updates stacks whose digest has not changed; ``resume`` continues failed rollbacks,
    without the resources ``skip``; ``revert_drift`` undoes changes made outside of deployments; ``imports`` and
    ``restores`` are patterns that resolve conflicts (see `pkgops.plan.conflicts`); ``allow`` are the logical ids of
    resources whose concerns are accepted on a protected stage; ``in_steps`` makes several index changes of a table
    in successive updates; ``wait`` is how many seconds at most to wait for another
    deployer's operation (None: no limit)."""

    stacks: Collection[str] = ()
    only: bool = False
    force: bool = False
    resume: bool = False
    skip: tuple[str, ...] = ()
    revert_drift: bool = False
    imports: tuple[str, ...] = ()
    restores: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    in_steps: bool = False
    wait: float | None = None


DEFAULT_OPTIONS = PlanOptions()
