"""Which node does each resource of a system belong to?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pkgops.checks.kit.subject import Resource
from pkgops.graph.kinds import DETAILS, OTHER, OWNERS, SCHEDULES, kind_of
from pkgops.graph.model import ResourceKey
from pkgops.graph.references import References
from pkgops.intrinsics import mapping, mappings

_LOG_GROUP, _ALARM, _SUBSCRIPTION = "AWS::Logs::LogGroup", "AWS::CloudWatch::Alarm", "AWS::SNS::Subscription"
_OF_FUNCTION = re.compile(r"^/aws/lambda/(?:us-east-1\.)?(.+)$")


class Ownership:
    """The kept resources, which are nodes, and for each other resource the nodes that it is folded into."""

    def __init__(self, references: References) -> None:
        self.references = references
        self.kept: dict[ResourceKey, tuple[str, str]] = {}
        for key, one in references.resources.items():
            if (found := kind_of(one.type, one.properties)) is not None:
                self.kept[key] = found
        self._known: dict[ResourceKey, frozenset[ResourceKey]] = {}
        self._referrers = self._find_referrers()
        for key, one in references.resources.items():
            detail = one.type in DETAILS | SCHEDULES or one.type.startswith("AWS::IAM::")
            if key not in self.kept and not detail and not self.owners(key):
                self.kept[key] = (OTHER, one.type.removeprefix("AWS::").replace("::", " "))

    def owners(self, key: ResourceKey, seen: frozenset[ResourceKey] = frozenset()) -> frozenset[ResourceKey]:
        """The nodes a resource belongs to: itself, what it is part of, or else whatever refers to it."""
        if key in self.kept:
            return frozenset({key})
        if key in self._known:
            return self._known[key]
        if key in seen or key not in self.references.resources:
            return frozenset()
        inside = seen | {key}
        found: frozenset[ResourceKey] = frozenset()
        for above in self._above(key):
            found = self._together(above, inside)
            if found:
                break
        if not seen:
            self._known[key] = found
        return found

    def _together(self, keys: tuple[ResourceKey, ...], seen: frozenset[ResourceKey]) -> frozenset[ResourceKey]:
        return frozenset(owner for key in keys for owner in self.owners(key, seen))

    def _above(self, key: ResourceKey) -> Iterator[tuple[ResourceKey, ...]]:
        """What a resource may belong to, the best guess first."""
        one = self.references.resources[key]
        if one.type == _ALARM:
            yield self._measured(one)
            yield self.references.of(key[0], one.properties.get("AlarmActions"))
            return
        if one.type == _LOG_GROUP:
            yield from self._logging(key, one)
        if one.type in SCHEDULES:
            targets = [*mappings(one.properties.get("Targets")), mapping(one.properties.get("Target"))]
            yield self.references.of(key[0], [row.get("Arn") for row in targets])
            return
        for name in OWNERS:
            if name in one.properties:
                yield self.references.of(key[0], one.properties[name])
        yield self._referrers.get(key, ())

    def _measured(self, alarm: Resource) -> tuple[ResourceKey, ...]:
        """What an alarm watches, by the dimensions of its metrics."""
        stats = [mapping(row.get("MetricStat")) for row in mappings(alarm.properties.get("Metrics"))]
        metrics = [mapping(stat.get("Metric")) for stat in stats]
        rows = [row for source in (alarm.properties, *metrics) for row in mappings(source.get("Dimensions"))]
        stack = alarm.stack.key
        found = [self.references.of(stack, row.get("Value")) for row in rows]
        named = {self.references.text(stack, row.get("Value")) for row in rows}
        called = [key for name in sorted(named) for key in self._called(name)]
        return (*(key for keys in found for key in keys), *called)

    def _logging(self, key: ResourceKey, group: Resource) -> Iterator[tuple[ResourceKey, ...]]:
        yield self._referrers.get(key, ())
        name = _OF_FUNCTION.match(self.references.text(key[0], group.properties.get("LogGroupName", "")))
        if name:
            yield tuple(self._called(name[1]))

    def _called(self, name: str) -> Iterator[ResourceKey]:
        """The node with that physical name."""
        yield from (key for key in self.references.by_name.get(name, ()) if key in self.kept)

    def _find_referrers(self) -> dict[ResourceKey, tuple[ResourceKey, ...]]:
        """Who refers to each resource, policies aside: a role does not own what it may read."""
        found: dict[ResourceKey, dict[ResourceKey, None]] = {}
        for key, one in self.references.resources.items():
            if one.type.startswith("AWS::IAM::") or one.type in SCHEDULES | {_ALARM, _SUBSCRIPTION}:
                continue
            for target in self.references.of(key[0], [one.properties, one.body.get("UpdatePolicy")]):
                if target != key:
                    found.setdefault(target, {})[key] = None
        return {key: tuple(rows) for key, rows in found.items()}
