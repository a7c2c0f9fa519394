"""The changes in a change set of the fake CloudFormation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from pkgops.errors import DeployError
from pkgops.ports.stacks import ChangeSetRequest, ResourceChange


def changes(old: dict[str, Any], new: dict[str, Any], replaces: Collection[str] = ()) -> tuple[ResourceChange, ...]:
    """The rows of an update. A property that names a resource replaces it, as do those in ``replaces``."""
    before, after = old.get("Resources", {}), new["Resources"]
    rows = []
    for name in sorted({*before, *after}):
        if name not in before:
            rows.append(ResourceChange(name, after[name]["Type"], "Add"))
        elif name not in after:
            rows.append(ResourceChange(name, before[name]["Type"], "Remove"))
        elif before[name] != after[name]:
            had, wanted = ({"Type": one["Type"], **one.get("Properties", {})} for one in (before[name], after[name]))
            differing = sorted(key for key in {*had, *wanted} if had.get(key) != wanted.get(key))
            replaced = any(key.endswith("Name") or key in replaces for key in differing)
            rows.append(ResourceChange(name, after[name]["Type"], "Modify", str(replaced), properties=tuple(differing)))
    return tuple(rows)


def imported(old: dict[str, Any], new: dict[str, Any], request: ChangeSetRequest) -> tuple[ResourceChange, ...]:
    """The rows of an import, which may do nothing else."""
    rows = changes(old, new)
    rest = {key: (old.get(key), new.get(key)) for key in ("Outputs", "Parameters")}
    others = {row.logical_id for row in rows} != set(request.imports) or any(a and a != b for a, b in rest.values())
    if others or not all(new["Resources"][name].get("DeletionPolicy") for name in request.imports):
        raise DeployError(f"CloudFormation refuses stack {request.stack}: that is no import")
    return tuple(replace(row, action="Import") for row in rows)


def resolved(value: Any, parameters: Any) -> Any:
    """The value of an output, with a parameter's in place of a reference to it."""
    return parameters.get(value["Ref"], value["Ref"]) if isinstance(value, dict) and "Ref" in value else value
