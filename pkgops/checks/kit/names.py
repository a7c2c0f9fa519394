"""The physical names of a system's resources and exports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pkgops.checks.kit.subject import Found, Resource, Subject

# Names that are not the kind's ("TableName" of a table) nor plain "Name".
_IRREGULAR = {
    "AWS::Backup::BackupPlan": ("BackupPlan", "BackupPlanName"),
    "AWS::Budgets::Budget": ("Budget", "BudgetName"),
    "AWS::Cognito::UserPoolClient": ("ClientName",),
    "AWS::ElastiCache::ReplicationGroup": ("ReplicationGroupId",),
    "AWS::ElastiCache::SubnetGroup": ("CacheSubnetGroupName",),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier",),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier",),
}
# Types whose name counts inside something else that has one: an API, a function.
_INNER = {
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Model",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Lambda::Alias",
    "AWS::Route53::RecordSet",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A physical name: its text, with placeholders for intrinsic functions, and its resource or export. One that is
    ``derived`` has the id of another resource in it, and so belongs to one stage."""

    kind: str
    text: str
    stack: str
    resource: Resource | None
    path: tuple[str, ...]
    derived: bool = False

    def found(self, message: str) -> Found:
        """A finding about the name."""
        if self.resource is not None:
            return self.resource.found(f"is named {self.text}, {message}", *self.path)
        where = "/".join(("Outputs", *self.path))
        return Found(f"An export is named {self.text}, {message}", self.stack, path=where, subject=self.path[0])


def physical_names(subject: Subject) -> Iterator[Name]:
    """All names that the templates set, exports included."""
    for resource in subject.resources():
        others = resource.stack.template["Resources"].keys()
        for path in _paths(resource.type):
            text = _literal(_inside(resource.properties, path))
            if text:
                derived = bool(others & set(re.findall(r"\$\{(\w+)\}", text)))
                yield Name(resource.type, text, resource.stack.key, resource, path, derived)
    for stack in subject.stacks:
        for name, output in stack.template.get("Outputs", {}).items():
            text = _literal(output.get("Export", {}).get("Name"))
            if text:
                yield Name("Export", text, stack.key, None, (name, "Export", "Name"))


def _paths(kind: str) -> tuple[tuple[str, ...], ...]:
    if kind in _INNER:
        return ()
    if kind in _IRREGULAR:
        return (_IRREGULAR[kind],)
    return ((f"{kind.rpartition('::')[2]}Name",), ("Name",))


def _inside(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _literal(value: Any) -> str:
    text = value.get("Fn::Sub") if isinstance(value, dict) and len(value) == 1 else value
    return text if isinstance(text, str) else ""
