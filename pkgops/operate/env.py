"""The environment variables a frontend of a system needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pkgops.errors import UsageError
from pkgops.operate.outputs import OutputRow, find_output

if TYPE_CHECKING:
    from pkgops.model import System


def frontend_variables(system: System, rows: Sequence[OutputRow]) -> dict[str, str]:
    """The values of the system's `Variable`s in their order, from the deployed outputs.

    UsageError if the system declares none, or if an output is missing."""
    if not system.variables:
        raise UsageError(
            f"{system.key} declares no variables for a frontend.",
            f"Show its outputs: pkgops outputs --system {system.key}",
        )
    return {each.name: find_output(rows, each.output).value if each.output else each.value for each in system.variables}
