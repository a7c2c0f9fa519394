"""What does a distribution get its answers from, and what runs at its edge?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.checks.kit.subject import Resource
from pkgops.graph.connections import Connections
from pkgops.graph.model import Edge, ResourceKey
from pkgops.intrinsics import mapping, mappings

EVERYTHING = "/*"


def distribution(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    """An edge to each origin, with the paths that it answers; to each function at the edge, with its event; and from
    the firewall."""
    config = mapping(one.properties.get("DistributionConfig"))
    behaviours = [*mappings(config.get("CacheBehaviors")), mapping(config.get("DefaultCacheBehavior"))]
    origins = {str(origin.get("Id")): origin for origin in mappings(config.get("Origins"))}
    groups = {str(row.get("Id")): _members(row) for row in mappings(mapping(config.get("OriginGroups")).get("Items"))}
    for behaviour in behaviours:
        path = str(behaviour.get("PathPattern", EVERYTHING))
        target = str(behaviour.get("TargetOriginId"))
        for name in groups.get(target, [target]):
            domain = mapping(origins.get(name)).get("DomainName")
            yield from found.between(key[0], found.own(key), domain, "paths", path)
        for row in mappings(behaviour.get("LambdaFunctionAssociations")):
            event = str(row.get("EventType"))
            yield from found.between(key[0], found.own(key), row.get("LambdaFunctionARN"), "events", event)
    yield from found.between(key[0], config.get("WebACLId"), found.own(key), "protects")


def _members(group: Mapping[str, Any]) -> list[str]:
    return [str(row.get("OriginId")) for row in mappings(mapping(group.get("Members")).get("Items"))]
