"""Endpoints of AWS's services inside a VPC, which its subnets reach without a NAT gateway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import Sub, ec2

from pkgops.kit.naming import pascal_case
from pkgops.kit.network.security_groups import security_group
from pkgops.scope import Scope

_HTTPS = 443


def gateway_endpoint(scope: Scope, vpc: Any, tables: Sequence[Any], service: str) -> None:
    """Adds the gateway endpoint of a service (``dynamodb``, ``s3``) to route tables. It costs nothing."""
    made = ec2.VPCEndpoint(
        f"{pascal_case(service)}Endpoint",
        VpcId=vpc,
        ServiceName=_service(service),
        VpcEndpointType="Gateway",
        RouteTableIds=list(tables),
    )
    scope.add(made)


def interface_endpoint(scope: Scope, vpc: Any, cidr: str, subnets: Sequence[Any], service: str) -> None:
    """Adds the interface endpoint of a service (``secretsmanager``), which costs by the hour in each subnet. Everything
    in the VPC, whose addresses are ``cidr``, reaches it under the service's usual name."""
    group = security_group(scope, f"{service}-endpoint", vpc, f"Endpoint of {service}", sources=((_HTTPS, cidr),))
    made = ec2.VPCEndpoint(
        f"{pascal_case(service)}Endpoint",
        VpcId=vpc,
        ServiceName=_service(service),
        VpcEndpointType="Interface",
        PrivateDnsEnabled=True,
        SubnetIds=list(subnets),
        SecurityGroupIds=[group],
    )
    scope.add(made)


def _service(name: str) -> Sub:
    return Sub(f"com.amazonaws.${{AWS::Region}}.{name}")
