"""Which environment variables does a frontend of a system need?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pkgops.errors import UsageError
from pkgops.operate.outputs import OutputRow, one

if TYPE_CHECKING:
    from pkgops.model import System


def variables(system: System, rows: Sequence[OutputRow]) -> dict[str, str]:
    """The values of the system's `Variable`s in their order, from the outputs that are deployed.

    UsageError if the system has none, or if an output of one is not there."""
    if not system.variables:
        raise UsageError(f"{system.key} has no variables.", f"See its outputs: pkgops outputs --system {system.key}")
    return {each.name: one(rows, each.output).value if each.output else each.value for each in system.variables}
