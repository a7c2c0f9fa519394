"""The changes in a change set of the fake CloudFormation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pkgops.errors import DeployError
from pkgops.ports.stacks import ChangeSetRequest, ResourceChange


def changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[ResourceChange, ...]:
    before, after = old.get("Resources", {}), new["Resources"]
    rows = []
    for name in sorted({*before, *after}):
        if name not in before:
            rows.append(ResourceChange(name, after[name]["Type"], "Add"))
        elif name not in after:
            rows.append(ResourceChange(name, before[name]["Type"], "Remove"))
        elif before[name] != after[name]:
            renamed = _name(before[name]) != _name(after[name])
            rows.append(ResourceChange(name, after[name]["Type"], "Modify", str(renamed)))
    return tuple(rows)


def imported(old: dict[str, Any], new: dict[str, Any], request: ChangeSetRequest) -> tuple[ResourceChange, ...]:
    """The rows of an import, which may do nothing else."""
    rows = changes(old, new)
    rest = {key: (old.get(key), new.get(key)) for key in ("Outputs", "Parameters")}
    others = {row.logical_id for row in rows} != set(request.imports) or any(a and a != b for a, b in rest.values())
    if others or not all(new["Resources"][name].get("DeletionPolicy") for name in request.imports):
        raise DeployError(f"CloudFormation refuses stack {request.stack}: that is no import")
    return tuple(replace(row, action="Import") for row in rows)


def _name(resource: dict[str, Any]) -> Any:
    return {key: value for key, value in resource.get("Properties", {}).items() if key.endswith("Name")}
