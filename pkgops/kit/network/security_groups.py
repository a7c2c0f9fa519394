"""Security groups: who may connect to what in a VPC, and what may connect out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import GetAtt, ec2

from pkgops.kit.naming import pascal_case
from pkgops.scope import Scope

# CloudFormation lets a group without rules connect to everything. This rule matches no packet: ICMP has no type 252.
_NOTHING = {
    "CidrIp": "255.255.255.255/32",
    "Description": "Disallow all traffic",
    "FromPort": 252,
    "IpProtocol": "icmp",
    "ToPort": 86,
}


def security_group(
    scope: Scope,
    name: str,
    vpc: Any,
    description: str,
    opened: Sequence[tuple[int, Any]] = (),
    sources: Sequence[tuple[int, str]] = (),
) -> Any:
    """Adds a security group; ``opened`` are (port, the group whose members may connect to it), ``sources`` are (port,
    the addresses that may). Its members connect to everything. Returns a reference to its id."""
    rules = [_rule(port, f"Port {port} for members", SourceSecurityGroupId=group) for port, group in opened]
    rules += [_rule(port, f"Port {port} for addresses", CidrIp=cidr) for port, cidr in sources]
    extra: dict[str, Any] = {"SecurityGroupIngress": rules} if rules else {}
    return _group(scope, name, vpc, description, **extra)


def closed_group(scope: Scope, name: str, vpc: Any, description: str) -> Any:
    """Adds a security group whose members connect to nothing, and to which nobody may connect: `allow` opens it.
    Returns a reference to its id."""
    return _group(scope, name, vpc, description, SecurityGroupEgress=[ec2.SecurityGroupRule(**_NOTHING)])


def allow(scope: Scope, name: str, group: Any, port: Any, source: Any) -> None:
    """Lets the members of the group ``source`` connect to a port of ``group``, with a rule that is a resource of its
    own: two groups may then name each other. ``name`` ("database-from-workers") gives its logical id and its
    description."""
    rule = ec2.SecurityGroupIngress(
        f"{pascal_case(name)}Ingress",
        Description=name.replace("-", " ").capitalize(),
        GroupId=group,
        IpProtocol="tcp",
        FromPort=port,
        ToPort=port,
        SourceSecurityGroupId=source,
    )
    scope.add(rule)


def _group(scope: Scope, name: str, vpc: Any, description: str, **extra: Any) -> Any:
    made = ec2.SecurityGroup(f"{pascal_case(name)}SecurityGroup", GroupDescription=description, VpcId=vpc, **extra)
    return GetAtt(scope.add(made), "GroupId")


def _rule(port: int, description: str, **source: Any) -> Any:
    return ec2.SecurityGroupRule(Description=description, IpProtocol="tcp", FromPort=port, ToPort=port, **source)
