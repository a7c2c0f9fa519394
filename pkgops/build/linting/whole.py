"""Which steps over the whole template come to nothing in most templates, and can be known to sooner?

Each answers as cfn-lint does where it can say that there is nothing to find, and asks cfn-lint itself otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from cfnlint.rules import CloudFormationLintRule


def run_rules(self: Any, filename: str | None, cfn: Any, config: Any) -> Iterator[Any]:
    """All rules, over the template and then over each resource. cfn-lint asks all rules for each resource; nearly all
    of them look at no type of resources in this way."""
    enabled = _begin(self, cfn, config)

    def found(name: str, check: Any, *words: Any) -> Iterator[Any]:
        ran = self.run_check(check, filename, name, config, enabled, filename, cfn, *words)
        yield from self._filter_matches(enabled, ran)

    for name, rule in self.data.items():
        yield from found(name, rule.matchall)
    asked = {name: rule for name, rule in self.data.items() if _looks_at_resources(rule)}
    for resource, body in cfn.get_resources().items():
        kind, properties = body.get("Type"), body.get("Properties")
        if isinstance(kind, str) and isinstance(properties, dict):
            path = ["Resources", resource, "Properties"]
            for name, rule in asked.items():
                yield from found(name, rule.matchall_resource_properties, properties, kind, path)


def _begin(rules: Any, cfn: Any, config: Any) -> set[str]:
    """Prepares the rules for a template, and lets each know its children; the names of those that are enabled."""
    enabled = set()
    for name, rule in rules.data.items():
        rule.configure(config.configure_rules.get(name, None), config.include_experimental)
        rule.initialize(cfn)
        if rules.is_rule_enabled(name, config):
            enabled.add(name)
    for name, rule in rules.data.items():
        for key in rule.child_rules.keys() & rules.data.keys():
            rule.child_rules[key] = rules.data[key]
        for parent in rule.parent_rules:
            if parent in rules.data:
                rules.data[parent].child_rules[name] = rule
    return enabled


def _looks_at_resources(rule: Any) -> bool:
    check = CloudFormationLintRule.matchall_resource_properties
    return bool(rule.resource_property_types) or type(rule).matchall_resource_properties is not check


def cycles(original: Callable[[Any, Any], list[Any]]) -> Callable[[Any, Any], list[Any]]:
    """The circles among resources. cfn-lint starts a search at each resource."""

    def get_cycles(self: Any, cfn: Any) -> list[Any]:
        edges = {node: list(after) for node, after in self.graph.adjacency()}
        resources = cfn.template.get("Resources", {})
        try:
            if isinstance(resources, dict) and resources.keys() <= edges.keys():
                TopologicalSorter(edges).prepare()
                return []
        except CycleError:
            pass
        return original(self, cfn)

    return get_cycles


def uniqueness(original: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Resources of a type with the same identifiers. cfn-lint copies each resource for each way its conditions may turn
    out, and compares each with all others."""

    def validate(self: Any, cfn: Any, kind: Any, ids: list[str]) -> list[Any]:
        seen = set()
        for body in cfn.get_resources(kind).values():
            properties = body.get("Properties", {})
            if not isinstance(properties, dict) or "Fn::If" in properties:
                return original(self, cfn, kind, ids)
            values = [properties.get(one) for one in ids]
            if None in values:
                continue
            if not _plain(values) or str(values) in seen:
                return original(self, cfn, kind, ids)
            seen.add(str(values))
        return []

    return validate


def _plain(value: Any) -> bool:
    """Whether a value equals another one, as cfn-lint sees it, only if it is written in the same way."""
    if isinstance(value, str):
        return value[:1] not in ("[", "{") and value.lower() not in ("true", "false", "aws::novalue")
    if isinstance(value, dict):
        return len(value) == 1 and "Fn::If" not in value and all(map(_plain, value.values()))
    return isinstance(value, list) and all(map(_plain, value))
