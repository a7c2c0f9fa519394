"""AWS::EC2::SecurityGroupIngress and SecurityGroupEgress: rules of the emulator's groups, one by one. None filters."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Create, Created, Delete, Properties, Types, Update

# Type -> where the group keeps its rules.
_STORES = {
    "AWS::EC2::SecurityGroupIngress": "IpPermissions",
    "AWS::EC2::SecurityGroupEgress": "IpPermissionsEgress",
}


def install(types: Types) -> None:
    """Adds the types; the service has the rules."""
    from ministack.services import ec2
    from ministack.services.cloudformation import provisioners

    require(ec2, "_security_groups", "_sg_rule_id", "_rules_match")
    require(provisioners, "_ec2_sg_permissions")
    for kind, store in _STORES.items():
        create = _creating(store)
        types.add(kind, create, _deleting(store), _updating(create))


def _creating(store: str) -> Create:
    def create(_: str, properties: Properties, __: str) -> Created:
        from ministack.services import ec2

        group, rule = _group(properties), _rule(properties)
        rules = group.setdefault(store, [])
        if any(ec2._rules_match(rule, known) for known in rules):
            raise ValueError(f"the specified rule of {group['GroupId']} already exists (InvalidPermission.Duplicate)")
        rules.append(rule)
        name = str(ec2._sg_rule_id(group["GroupId"], store != "IpPermissions", rule))
        return name, {"Id": name}

    return create


def _updating(create: Create) -> Update:
    """Another description is the same rule for the emulator, which has no name for it."""

    def update(name: str, old: Properties, new: Properties, stack: str) -> Created:
        if _without_text(old) == _without_text(new):
            return name, {"Id": name}
        return create("", new, stack)

    return update


def _deleting(store: str) -> Delete:
    def delete(_: str, properties: Properties) -> None:
        from ministack.services import ec2

        group = ec2._security_groups.get(properties.get("GroupId"))
        if group is not None:
            rule = _rule(properties)
            group[store] = [known for known in group.get(store, []) if not ec2._rules_match(rule, known)]

    return delete


def _group(properties: Properties) -> dict[str, Any]:
    from ministack.services import ec2

    found: dict[str, Any] | None = ec2._security_groups.get(properties.get("GroupId"))
    if found is None:
        raise ValueError(f"The security group '{properties.get('GroupId')}' does not exist (InvalidGroup.NotFound)")
    return found


def _rule(properties: Properties) -> dict[str, Any]:
    from ministack.services.cloudformation import provisioners

    (rule,) = provisioners._ec2_sg_permissions([dict(properties)])
    return dict(rule)


def _without_text(properties: Properties) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name != "Description"}
