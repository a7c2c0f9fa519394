"""The policy statements of resources, normalized."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

IDENTITY = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::UserPolicy")
_DOCUMENTS = ("PolicyDocument", "Policy", "ResourcePolicy", "KeyPolicy", "RepositoryPolicyText")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. ``path`` leads to it from the resource's properties; ``body`` is the statement itself."""

    path: tuple[str | int, ...]
    body: Mapping[str, Any]

    @property
    def allows(self) -> bool:
        """Whether it allows; it denies otherwise."""
        return self.body.get("Effect") == "Allow"

    @property
    def actions(self) -> list[str]:
        """The actions it names."""
        return [str(action) for action in many(self.body.get("Action"))]

    @property
    def resources(self) -> list[Any]:
        """The resources it names."""
        return many(self.body.get("Resource"))

    @property
    def inverted(self) -> bool:
        """Whether it has NotAction or NotResource."""
        return "NotAction" in self.body or "NotResource" in self.body

    @property
    def condition(self) -> Mapping[str, Any]:
        """Its condition; {} where it has none."""
        found: Mapping[str, Any] = self.body.get("Condition") or {}
        return found

    def condition_keys(self) -> set[str]:
        """The keys of its condition, in lower case."""
        return {key.lower() for operator in self.condition.values() for key in operator}

    def principals(self, kind: str) -> list[Any]:
        """The principals of that kind (``Service``, ``AWS``); "*" is of every kind."""
        given = self.body.get("Principal")
        return many(given.get(kind)) if isinstance(given, Mapping) else many(given)


def many(value: Any) -> list[Any]:
    """One-or-many as a list."""
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]


def statements(properties: Mapping[str, Any]) -> Iterator[Statement]:
    """The statements of a role's or a resource's policies; not those of its trust policy."""
    for index, policy in enumerate(many(properties.get("Policies"))):
        if isinstance(policy, Mapping):
            yield from _document(policy.get("PolicyDocument"), ("Policies", index, "PolicyDocument"))
    for name in _DOCUMENTS:
        yield from _document(properties.get(name), (name,))


def _document(document: Any, path: tuple[str | int, ...]) -> Iterator[Statement]:
    found = document.get("Statement") if isinstance(document, Mapping) else None
    for index, body in enumerate(many(found)):
        if isinstance(body, Mapping) and "Effect" in body:
            yield Statement((*path, "Statement", index), body)
