"""A VPC of private subnets, with or without a way out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, GetAZs, Ref, Select, Sub, Tags, ec2

from pkgops.kit.naming import pascal_case
from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class PrivateNetwork:
    """A VPC of the addresses ``cidr`` with one private subnet for each of ``subnets``, each in an availability zone of
    its own. They reach each other and nothing else: neither the internet nor AWS's own services.

    ``public`` are the addresses of subnets with a NAT gateway, which costs by the hour: one lets all private subnets
    reach the internet, as many as there are private ones let each go by its own zone. ``gateways`` are services reached
    without it and without cost (``dynamodb``, ``s3``).
    """

    name: str
    cidr: str = "10.40.0.0/16"
    subnets: tuple[str, ...] = ("10.40.0.0/24", "10.40.1.0/24")
    public: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkResources:
    """References to the ids of the VPC and of its private subnets."""

    id: Any
    subnets: tuple[Any, ...]


def private_network(scope: Scope, row: PrivateNetwork) -> NetworkResources:
    """Adds the network. ValueError for a number of public subnets that is neither 0, 1 nor that of the private ones."""
    if len(row.public) not in (0, 1, len(row.subnets)):
        raise ValueError(f"{row.name} has {len(row.subnets)} private subnets and {len(row.public)} public ones")
    name = scope.named(row.name)
    vpc = Ref(
        scope.add(
            ec2.VPC("Vpc", CidrBlock=row.cidr, EnableDnsSupport=True, EnableDnsHostnames=True, Tags=Tags(Name=name))
        )
    )
    subnets = [_subnet(scope, "Private", vpc, cidr, at) for at, cidr in enumerate(row.subnets, 1)]
    ways_out = _ways_out(scope, vpc, row.public)
    # One table serves all subnets, unless each goes out by its own zone.
    tables = [
        Ref(scope.add(ec2.RouteTable(f"PrivateRoutes{at}", VpcId=vpc, Tags=Tags(Name=f"{name}-private-{at}"))))
        for at in range(1, max(len(ways_out), 1) + 1)
    ]
    for at, subnet in enumerate(subnets, 1):
        table = tables[min(at, len(tables)) - 1]
        scope.add(ec2.SubnetRouteTableAssociation(f"PrivateSubnet{at}Routes", SubnetId=subnet, RouteTableId=table))
    for at, (table, out) in enumerate(zip(tables, ways_out, strict=False), 1):
        route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": out}
        scope.add(ec2.Route(f"PrivateInternetRoute{at}", **route))
    for service in row.gateways:
        _gateway(scope, vpc, tables, service)
    return NetworkResources(vpc, tuple(subnets))


def security_group(scope: Scope, name: str, vpc: Any, description: str, opened: Sequence[tuple[int, Any]] = ()) -> Any:
    """Adds a security group; ``opened`` are (port, the group whose members may connect to it). Returns a reference to
    its id."""
    rules = [
        ec2.SecurityGroupRule(IpProtocol="tcp", FromPort=port, ToPort=port, SourceSecurityGroupId=source)
        for port, source in opened
    ]
    extra: dict[str, Any] = {"SecurityGroupIngress": rules} if rules else {}
    made = ec2.SecurityGroup(f"{pascal_case(name)}SecurityGroup", GroupDescription=description, VpcId=vpc, **extra)
    return GetAtt(scope.add(made), "GroupId")


def _subnet(scope: Scope, kind: str, vpc: Any, cidr: str, zone: int) -> Any:
    tags = Tags(Name=Sub(f"${{AWS::StackName}}-{kind.lower()}-{zone}"))
    place = Select(zone - 1, GetAZs(""))
    made = ec2.Subnet(f"{kind}Subnet{zone}", VpcId=vpc, CidrBlock=cidr, AvailabilityZone=place, Tags=tags)
    return Ref(scope.add(made))


def _ways_out(scope: Scope, vpc: Any, public: Sequence[str]) -> list[Any]:
    """References to the ids of NAT gateways, each in a public subnet."""
    if not public:
        return []
    internet = Ref(scope.add(ec2.InternetGateway("InternetGateway")))
    attached = scope.add(ec2.VPCGatewayAttachment("InternetAttachment", VpcId=vpc, InternetGatewayId=internet))
    table = Ref(scope.add(ec2.RouteTable("PublicRoutes", VpcId=vpc)))
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": internet}
    scope.add(ec2.Route("PublicInternetRoute", DependsOn=[attached.title], **route))
    found = []
    for at, cidr in enumerate(public, 1):
        subnet = _subnet(scope, "Public", vpc, cidr, at)
        scope.add(ec2.SubnetRouteTableAssociation(f"PublicSubnet{at}Routes", SubnetId=subnet, RouteTableId=table))
        address = scope.add(ec2.EIP(f"NatAddress{at}", Domain="vpc", DependsOn=[attached.title]))
        nat = ec2.NatGateway(f"NatGateway{at}", SubnetId=subnet, AllocationId=GetAtt(address, "AllocationId"))
        found.append(Ref(scope.add(nat)))
    return found


def _gateway(scope: Scope, vpc: Any, tables: list[Any], service: str) -> None:
    name = Sub(f"com.amazonaws.${{AWS::Region}}.{service}")
    made = ec2.VPCEndpoint(
        f"{pascal_case(service)}Endpoint",
        VpcId=vpc,
        ServiceName=name,
        VpcEndpointType="Gateway",
        RouteTableIds=tables,
    )
    scope.add(made)
