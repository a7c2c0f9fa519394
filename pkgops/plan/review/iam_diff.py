"""The IAM difference of two templates: permissions that the new one grants and the old one did not.

Every policy document is split into grants of one action on one resource to one principal. A grant of the new template
that no grant of the old one covers widens access, and so does a removed denial. Wildcards are compared by the actions
they match (policyuniverse), and by their pattern for actions that are newer than its list.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from types import SimpleNamespace
from typing import Any

from pkgops.intrinsics import readable

_MANAGED = "ManagedPolicyArns"


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission. ``principal`` is "" for the holder of an identity policy; ``resource``, ``condition`` and
    principals that are not plain text are JSON."""

    logical_id: str
    type: str
    effect: str
    principal: str
    action: str
    resource: str
    condition: str

    def __str__(self) -> str:
        return self.together((self.action,), (self.resource,))

    def together(self, actions: Iterable[str], resources: Iterable[str]) -> str:
        """One text for grants that differ from this one in action and resource alone."""
        who = f" to {self.principal}" if self.principal else ""
        when = f" if {self.condition}" if self.condition else ""
        return f"{', '.join(actions)} on {', '.join(_shown(one) for one in resources)}{who}{when}"


def grants(template: Mapping[str, Any]) -> set[Grant]:
    """Every grant and denial in a template."""
    return {
        grant
        for logical_id, resource in template.get("Resources", {}).items()
        for grant in _resource_grants(logical_id, resource)
    }


def widened_grants(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Grant]:
    """Grants of ``after`` that ``before`` does not cover, and denials that were removed, in a stable order."""
    old, new = grants(before), grants(after)
    allowed = [grant for grant in old if grant.effect == "Allow"]
    added = (grant for grant in new - old if grant.effect == "Allow")
    more = {grant for grant in added if not any(_covers(held, grant) for held in allowed)}
    removed = {grant for grant in old - new if grant.effect == "Deny" and grant.logical_id in after["Resources"]}
    return sorted(more | removed, key=lambda grant: (str(grant), grant.logical_id))


def statements(found: Iterable[Grant]) -> list[tuple[Grant, str]]:
    """The grants as statements would put them: a grant and a text for those with the same actions on several resources,
    or several actions on the same ones."""
    actions: dict[Grant, list[str]] = {}
    for grant in found:
        actions.setdefault(replace(grant, action=""), []).append(grant.action)
    resources: dict[tuple[Grant, tuple[str, ...]], list[str]] = {}
    for grant, several in actions.items():
        resources.setdefault((replace(grant, resource=""), tuple(several)), []).append(grant.resource)
    return [(grant, grant.together(several, all_of)) for (grant, several), all_of in resources.items()]


def policy_documents(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every policy document inside a value."""
    if isinstance(value, Mapping):
        if any(isinstance(one, Mapping) and "Effect" in one for one in as_list(value.get("Statement"))):
            yield value  # and not a rule of a web ACL, which has statements, too
        for inner in value.values():
            yield from policy_documents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from policy_documents(inner)


def as_list(value: Any) -> list[Any]:
    """A value that a policy may write as one or as a list, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _resource_grants(logical_id: str, resource: Mapping[str, Any]) -> Iterator[Grant]:
    properties = resource.get("Properties", {})
    for document in policy_documents(properties):
        for statement in as_list(document["Statement"]):
            yield from _statement_grants(logical_id, resource["Type"], statement)
    for managed in as_list(properties.get(_MANAGED)):
        yield Grant(logical_id, resource["Type"], "Allow", "", "everything", _text(managed), "")
    if resource["Type"] == "AWS::Lambda::Permission":
        condition = {key: properties[key] for key in ("SourceArn", "SourceAccount") if key in properties}
        principal, target = _text(properties.get("Principal")), _text(properties.get("FunctionName"))
        action = str(properties.get("Action"))
        shown = _text(condition) if condition else ""
        yield Grant(logical_id, resource["Type"], "Allow", principal, action, target, shown)


def _statement_grants(logical_id: str, kind: str, statement: Mapping[str, Any]) -> Iterator[Grant]:
    condition = _text(statement["Condition"]) if statement.get("Condition") else ""
    for principal in _principals(statement):
        for action in _values(statement, "Action"):
            for resource in _values(statement, "Resource") or [""]:
                yield Grant(logical_id, kind, statement.get("Effect", ""), principal, action, resource, condition)


def _principals(statement: Mapping[str, Any]) -> list[str]:
    given = statement.get("Principal", statement.get("NotPrincipal"))
    sign = "anyone but " if "NotPrincipal" in statement else ""
    if not isinstance(given, Mapping) or any(key.startswith(("Fn::", "Ref")) for key in given):
        return [sign + _text(one) for one in as_list(given)] or [""]
    return [f"{sign}{kind} {_text(one)}" for kind, ones in sorted(given.items()) for one in as_list(ones)]


def _values(statement: Mapping[str, Any], name: str) -> list[str]:
    """The values of ``Action`` or ``NotAction`` (``Resource`` or ``NotResource``)."""
    inverse = f"Not{name}"
    if inverse in statement:
        return [f"all but {_text(as_list(statement[inverse]))}"]
    return [_text(one) for one in as_list(statement.get(name))]


def _covers(held: Grant, wanted: Grant) -> bool:
    return (
        held.logical_id == wanted.logical_id
        and held.principal in (wanted.principal, "*", "AWS *")
        and held.condition in (wanted.condition, "")
        and _matches(held.resource, wanted.resource)
        and _action_covers(held.action, wanted.action)
    )


def _action_covers(held: str, wanted: str) -> bool:
    if _matches(held.lower(), wanted.lower()):
        return True
    return "*" in wanted and bool(_expanded(wanted)) and _expanded(wanted) <= _expanded(held)


def _matches(pattern: str, text: str) -> bool:
    return pattern == text or ("*" in pattern and fnmatchcase(text, pattern.replace("[", "[[]")))


@cache
def policyuniverse() -> Any:
    """The parts of policyuniverse in use: it knows the actions and the conditions that narrow a principal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its own data file open on import
        from policyuniverse import expander_minimizer, policy
    return SimpleNamespace(
        expand=expander_minimizer.expand_policy, Policy=policy.Policy, actions=expander_minimizer.all_permissions
    )


@cache
def _expanded(action: str) -> frozenset[str]:
    statement = {"Effect": "Allow", "Action": [action], "Resource": "*"}
    actions: Iterable[str] = policyuniverse().expand({"Statement": [statement]})["Statement"][0]["Action"]
    return frozenset(one for one in actions if "*" not in one)


def _shown(resource: str) -> str:
    """The resource of a grant as a person reads it."""
    return readable(json.loads(resource)) if resource.startswith('{"') else resource or "itself"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
