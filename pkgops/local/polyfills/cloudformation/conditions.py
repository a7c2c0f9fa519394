"""Conditions are evaluated with everything they may hold: pseudo parameters, Join, FindInMap, Select, Split, Sub, If.

The emulator compares what it does not resolve as text, so that ``Equals(Ref("AWS::Region"), "us-east-1")`` is false and
what it guards is left out in silence. The stack's name and id are not known where conditions are evaluated.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_UNKNOWN = ("AWS::StackName", "AWS::StackId")


def install(_: Types) -> None:
    """Replaces the evaluation wherever the emulator has imported it."""
    from ministack.services.cloudformation import changesets, engine, handlers, stacks

    require(engine, "_resolve_refs")
    for module in (changesets, engine, handlers, stacks):
        wrap(module, "_evaluate_conditions", lambda _: evaluate)


def evaluate(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, bool]:
    """Every condition of the template by name; ``parameters`` as the emulator keeps them. ValueError for a condition
    that does not exist or refers to itself."""
    return _Conditions(template, parameters).all()


class _Conditions:
    def __init__(self, template: dict[str, Any], parameters: dict[str, Any]) -> None:
        self._defined = template.get("Conditions") or {}
        self._mappings = template.get("Mappings") or {}
        self._parameters = parameters
        self._known: dict[str, bool] = {}
        self._asked: set[str] = set()

    def all(self) -> dict[str, bool]:
        return {name: self._named(name) for name in self._defined}

    def _named(self, name: str) -> bool:
        if name not in self._known:
            if name not in self._defined or name in self._asked:
                raise ValueError(
                    f"Template format error: Unresolved condition dependency {name} in the Conditions block"
                )
            self._asked.add(name)
            self._known[name] = self._holds(self._defined[name])
        return self._known[name]

    def _holds(self, value: Any) -> bool:
        if not isinstance(value, dict):
            return str(value).lower() == "true"
        if "Condition" in value:
            return self._named(value["Condition"])
        if "Fn::Not" in value:
            return not self._holds(value["Fn::Not"][0])
        if "Fn::And" in value:
            return all(self._holds(one) for one in value["Fn::And"])
        if "Fn::Or" in value:
            return any(self._holds(one) for one in value["Fn::Or"])
        if "Fn::Equals" in value:
            left, right = (self._resolved(one) for one in value["Fn::Equals"])
            return bool(_text(left) == _text(right))
        return str(self._resolved(value)).lower() == "true"

    def _resolved(self, value: Any) -> Any:
        from ministack.services.cloudformation.engine import _resolve_refs

        if isinstance(value, dict) and "Fn::If" in value:
            name, yes, no = value["Fn::If"]
            return self._resolved(yes if self._named(name) else no)
        stack = dict(zip(("stack_name", "stack_id"), _UNKNOWN, strict=True))
        return _resolve_refs(value, {}, self._parameters, self._known, self._mappings, **stack)


def _text(value: Any) -> Any:
    """A value as Equals compares it: templates write numbers and booleans with and without quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    return [_text(one) for one in value] if isinstance(value, list) else str(value)
