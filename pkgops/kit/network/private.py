"""A VPC of private subnets, with or without a way out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import islice
from typing import Any

from troposphere import GetAtt, GetAZs, Ref, Select, Sub, Tags, ec2

from pkgops.kit.network.endpoints import gateway_endpoint
from pkgops.scope import Scope

_EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class PrivateNetwork:
    """A VPC of the addresses ``cidr`` with one private subnet for each of ``subnets``, each in an availability zone of
    its own. They reach each other and nothing else: neither the internet nor AWS's own services.

    ``public`` are the addresses of subnets that the internet reaches. The first ``nats`` of them, all unless it says
    otherwise, have a NAT gateway, which costs by the hour: one lets all private subnets reach the internet, as many as
    there are private ones let each go by its own zone, and with fewer the next subnet begins with the first again.
    ``isolated`` are subnets that reach the VPC alone, whatever the private ones do. `tiers` counts addresses.

    With ``own_tables`` each subnet has a route table of its own; otherwise subnets with the same routes share one.
    ``gateways`` are services that private subnets reach without NAT and without cost (``dynamodb``, ``s3``).
    """

    name: str
    cidr: str = "10.40.0.0/16"
    subnets: tuple[str, ...] = ("10.40.0.0/24", "10.40.1.0/24")
    public: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    nats: int | None = None
    isolated: tuple[str, ...] = ()
    own_tables: bool = False


@dataclass(frozen=True, slots=True)
class NetworkResources:
    """References to the ids of the VPC and of its subnets: ``subnets`` are the private ones. ``name`` and ``cidr`` are
    the VPC's. ``isolated_routes`` are the logical ids of what gives the isolated subnets their routes: what is created
    in those names them in ``DependsOn``."""

    id: Any
    subnets: tuple[Any, ...]
    public: tuple[Any, ...] = ()
    isolated: tuple[Any, ...] = ()
    isolated_routes: tuple[str, ...] = ()
    name: str = ""
    cidr: str = ""


@dataclass(frozen=True, slots=True)
class _Vpc:
    """What every part of the network is added to; ``own_tables`` as in the row."""

    scope: Scope
    id: Any
    name: str
    own_tables: bool

    def tags(self, part: str) -> Tags:
        return Tags(Name=f"{self.name}-{part}")


def tiers(cidr: str, zones: int, count: int = 3) -> list[tuple[str, ...]]:
    """The addresses of ``count`` tiers of /24 subnets, one for each zone, numbered tier by tier from the beginning of
    ``cidr``: 2 zones of 10.0.0.0/16 have 10.0.0.0 and 10.0.1.0, then 10.0.2.0 and 10.0.3.0, and so on."""
    found = [str(subnet) for subnet in islice(ip_network(cidr).subnets(new_prefix=24), zones * count)]
    return [tuple(found[at : at + zones]) for at in range(0, zones * count, zones)]


def private_network(scope: Scope, row: PrivateNetwork) -> NetworkResources:
    """Adds the network. ValueError for more NAT gateways than public subnets or than private ones."""
    nats = len(row.public) if row.nats is None else row.nats
    if not 0 <= nats <= min(len(row.public), len(row.subnets)):
        raise ValueError(
            f"{row.name} has {len(row.subnets)} private and {len(row.public)} public subnets for {nats} NAT gateways"
        )
    name = scope.named(row.name)
    made = ec2.VPC("Vpc", CidrBlock=row.cidr, EnableDnsSupport=True, EnableDnsHostnames=True, Tags=Tags(Name=name))
    vpc = _Vpc(scope, Ref(scope.add(made)), name, row.own_tables)
    subnets = _subnets(vpc, "Private", row.subnets)
    public, ways_out = _public(vpc, row.public, nats)
    tables, _ = _routes(vpc, "Private", subnets, max(len(ways_out), 1))
    for at, table in enumerate(tables if ways_out else ()):
        route = {"RouteTableId": table, "DestinationCidrBlock": _EVERYWHERE}
        scope.add(ec2.Route(f"PrivateInternetRoute{at + 1}", NatGatewayId=ways_out[at % len(ways_out)], **route))
    isolated = _subnets(vpc, "Isolated", row.isolated)
    _, associations = _routes(vpc, "Isolated", isolated, 1)
    for service in row.gateways:
        gateway_endpoint(scope, vpc.id, tables, service)
    return NetworkResources(vpc.id, subnets, public, isolated, associations, name, row.cidr)


def _subnets(vpc: _Vpc, kind: str, cidrs: Sequence[str]) -> tuple[Any, ...]:
    """References to the ids of subnets, each in the next availability zone."""
    found = []
    for zone, cidr in enumerate(cidrs, 1):
        tags = Tags(Name=Sub(f"${{AWS::StackName}}-{kind.lower()}-{zone}"))
        place = Select(zone - 1, GetAZs(""))
        extra = {"MapPublicIpOnLaunch": True} if kind == "Public" else {}
        made = ec2.Subnet(
            f"{kind}Subnet{zone}", VpcId=vpc.id, CidrBlock=cidr, AvailabilityZone=place, Tags=tags, **extra
        )
        found.append(Ref(vpc.scope.add(made)))
    return tuple(found)


def _routes(vpc: _Vpc, kind: str, subnets: Sequence[Any], shared: int) -> tuple[list[Any], tuple[str, ...]]:
    """Route tables, by reference to their ids: ``shared`` ones for the subnets in turn, unless each has its own. And
    the logical ids of what connects the subnets with them."""
    count = len(subnets) if vpc.own_tables else min(shared, len(subnets))
    tables = []
    for at in range(1, count + 1):
        title = "PublicRoutes" if kind == "Public" and not vpc.own_tables else f"{kind}Routes{at}"
        made = ec2.RouteTable(title, VpcId=vpc.id, Tags=vpc.tags(f"{kind.lower()}-{at}"))
        tables.append(Ref(vpc.scope.add(made)))
    connected = []
    for at, subnet in enumerate(subnets):
        title, table = f"{kind}Subnet{at + 1}Routes", tables[at % count]
        vpc.scope.add(ec2.SubnetRouteTableAssociation(title, SubnetId=subnet, RouteTableId=table))
        connected.append(title)
    return tables, tuple(connected)


def _public(vpc: _Vpc, cidrs: Sequence[str], nats: int) -> tuple[tuple[Any, ...], list[Any]]:
    """References to the ids of the public subnets, and of the NAT gateways in the first of them."""
    if not cidrs:
        return (), []
    internet = Ref(vpc.scope.add(ec2.InternetGateway("InternetGateway", Tags=Tags(Name=vpc.name))))
    attached = ec2.VPCGatewayAttachment("InternetAttachment", VpcId=vpc.id, InternetGatewayId=internet)
    vpc.scope.add(attached)
    subnets = _subnets(vpc, "Public", cidrs)
    tables, _ = _routes(vpc, "Public", subnets, 1)
    for at, table in enumerate(tables, 1):
        title = f"PublicInternetRoute{at}" if vpc.own_tables else "PublicInternetRoute"
        route = {"RouteTableId": table, "DestinationCidrBlock": _EVERYWHERE, "GatewayId": internet}
        vpc.scope.add(ec2.Route(title, DependsOn=[attached.title], **route))
    return subnets, [_nat(vpc, subnet, at, attached.title) for at, subnet in enumerate(subnets[:nats], 1)]


def _nat(vpc: _Vpc, subnet: Any, at: int, attached: str) -> Any:
    tags = vpc.tags(f"nat-{at}")
    address = vpc.scope.add(ec2.EIP(f"NatAddress{at}", Domain="vpc", DependsOn=[attached], Tags=tags))
    nat = ec2.NatGateway(f"NatGateway{at}", SubnetId=subnet, AllocationId=GetAtt(address, "AllocationId"), Tags=tags)
    return Ref(vpc.scope.add(nat))
