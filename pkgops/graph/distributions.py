"""What does a distribution get its answers from, and what runs at its edge?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.checks.kit.subject import Resource
from pkgops.graph.connections import Connections
from pkgops.graph.model import Edge, ResourceKey

EVERYTHING = "/*"


def distribution(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    """An edge to each origin, with the paths that it answers; to each function at the edge, with its event; and from
    the firewall."""
    config = one.properties.get("DistributionConfig") or {}
    behaviours = [*(config.get("CacheBehaviors") or []), config.get("DefaultCacheBehavior") or {}]
    origins = {str(origin.get("Id")): origin for origin in config.get("Origins") or []}
    groups = {str(row.get("Id")): _members(row) for row in (config.get("OriginGroups") or {}).get("Items") or []}
    for behaviour in behaviours:
        path = str(behaviour.get("PathPattern", EVERYTHING))
        target = str(behaviour.get("TargetOriginId"))
        for name in groups.get(target, [target]):
            domain = (origins.get(name) or {}).get("DomainName")
            yield from found.between(key[0], found.own(key), domain, "paths", path)
        for row in behaviour.get("LambdaFunctionAssociations") or []:
            event = str(row.get("EventType"))
            yield from found.between(key[0], found.own(key), row.get("LambdaFunctionARN"), "events", event)
    yield from found.between(key[0], config.get("WebACLId"), found.own(key), "protects")


def _members(group: Mapping[str, Any]) -> list[str]:
    return [str(row.get("OriginId")) for row in (group.get("Members") or {}).get("Items") or []]
