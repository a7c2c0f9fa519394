"""How do validators, contexts and paths of cfn-lint become others that differ in a field?

cfn-lint makes hundreds of thousands in a run, each through its constructor, with every field by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cfnlint.helpers import FUNCTIONS


def evolved(self: Any, **changes: Any) -> Any:
    """A copy with other fields. cfn-lint goes through the constructor, with each field by its name."""
    fresh = _copy(self)
    fresh.__dict__.update(changes)
    return fresh


def evolved_context(self: Any, **changes: Any) -> Any:
    """A context with other fields; values of references are added to those it has."""
    if "ref_values" in changes:
        changes["ref_values"] = {**self.ref_values, **changes["ref_values"]}
    if "module_names" not in self.__dict__:
        _ = self.module_names  # found in all resources, here once for all contexts that come from this one
    fresh = _copy(self)
    fields = fresh.__dict__
    if "resources" in changes:
        del fields["module_names"]
    fields.update(changes)
    return fresh


def descended(original: Callable[..., Any]) -> Callable[..., Any]:
    """A path that is one step longer; the ``original`` says what is wrong with a step."""

    def descend(self: Any, **steps: Any) -> Any:
        kind = steps.get("cfn_path")
        if kind in FUNCTIONS or isinstance(kind, int):
            return original(self, **steps)
        fresh = _copy(self)
        fields = fresh.__dict__
        for name, step in steps.items():
            if step is not None:
                fields[name] = fields[name].copy()
                fields[name].append(step)
        return fresh

    return descend


def _copy(one: Any) -> Any:
    fresh = object.__new__(type(one))
    fresh.__dict__.update(one.__dict__)
    return fresh
