"""The outputs of deployed stacks, and their formats for programs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.errors import NotFoundError, UsageError, unknown
from pkgops.plan.digest import DIGEST_OUTPUT

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.ports.ports import Ports
    from pkgops.ports.stacks import StackState

_SEPARATORS = ("_", "__")  # the second for a_b.C next to a.BC


@dataclass(frozen=True, slots=True)
class OutputRow:
    """One output. ``stack`` is the stack's key; ``export`` is "" where it is not exported."""

    stack: str
    key: str
    value: str
    export: str = ""


def read_outputs(project: Project, stacks: Sequence[SynthesizedStack], ports: Ports) -> list[OutputRow]:
    """The outputs of those of ``stacks`` that are deployed, in the stacks' order, keys sorted.

    URLs are made reachable on stage local. NotFoundError if none of the stacks is deployed. One call."""
    states = {state.name: state for state in ports.stacks.describe()}
    deployed = [(stack.key, states[stack.name]) for stack in stacks if stack.name in states]
    if not deployed:
        raise NotFoundError(
            f"No stack of {project.system.key} is deployed on stage {project.stage.name}.",
            f"Deploy it first: pkgops deploy {project.system.key} --stage {project.stage.name}",
        )
    return [row for key, state in deployed for row in stack_outputs(key, state, ports.endpoint)]


def find_output(rows: Sequence[OutputRow], name: str) -> OutputRow:
    """The output called ``name``: ``ApiUrl``, ``api.ApiUrl`` or its export name; case does not matter.

    UsageError if there is none (with the nearest names) or if several stacks have it."""
    wanted = name.casefold()
    exact = [row for row in rows if wanted and wanted in (f"{row.stack}.{row.key}".casefold(), row.export.casefold())]
    found = exact or [row for row in rows if row.key.casefold() == wanted]
    if not found:
        raise unknown("output", name, [row.key for row in rows])
    if len(found) > 1:
        names = ", ".join(f"{row.stack}.{row.key}" for row in found)
        raise UsageError(f"Several stacks have an output {name!r}.", f"Name one of: {names}.")
    return found[0]


def nested(rows: Iterable[OutputRow]) -> dict[str, dict[str, str]]:
    """``{"api": {"ApiUrl": "..."}}``."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.stack, {})[row.key] = row.value
    return found


def format_shell(variables: Mapping[str, str]) -> str:
    """``export API_URL=...`` per line, safe to eval in a POSIX shell."""
    import shlex

    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def environment_variables(rows: Iterable[OutputRow]) -> dict[str, str]:
    """The values by name of an environment variable: ``ApiUrl`` is API_URL, prefixed with the stack
    (STORAGE_TABLE_NAME, API_TABLE_NAME) only where two names would be equal.

    UsageError for two outputs of one stack that differ only in case."""
    rows = list(rows)
    separators = [-1] * len(rows)  # per row: no prefix, or an index of _SEPARATORS
    while True:
        names = [_variable(row, separator) for row, separator in zip(rows, separators, strict=True)]
        counts = Counter(names)
        clashing = [at for at, name in enumerate(names) if counts[name] > 1]
        if not clashing:
            return {name: row.value for name, row in zip(names, rows, strict=True)}
        if all(separators[at] == len(_SEPARATORS) - 1 for at in clashing):
            keys = ", ".join(f"{rows[at].stack}.{rows[at].key}" for at in clashing)
            raise UsageError(f"Outputs have the same name as variables: {keys}.", "Use --format json.")
        for at in clashing:
            separators[at] = min(separators[at] + 1, len(_SEPARATORS) - 1)


def _variable(row: OutputRow, separator: int) -> str:
    return (
        _upper_snake_case(row.key)
        if separator < 0
        else _upper_snake_case(row.stack) + _SEPARATORS[separator] + _upper_snake_case(row.key)
    )


def stack_outputs(key: str, state: StackState, endpoint: str | None) -> list[OutputRow]:
    """The outputs of one deployed stack, keys sorted; ``endpoint`` is the emulator's on stage local."""
    return [
        OutputRow(key, name, _reachable(value, endpoint), state.exports.get(name, ""))
        for name, value in sorted(state.outputs.items())
        if name != DIGEST_OUTPUT
    ]


def _reachable(value: str, endpoint: str | None) -> str:
    if endpoint is None:
        return value
    from pkgops.local.client.distributions import local_value

    return local_value(value, endpoint)


def _upper_snake_case(name: str) -> str:
    """ApiUrl -> API_URL, DLQUrl -> DLQ_URL, OrdersTableV2Name -> ORDERS_TABLE_V2_NAME."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^A-Za-z0-9]+", "_", words).upper()
