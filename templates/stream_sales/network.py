"""The network: in each availability zone a public subnet, a private one with a way out, and an isolated one."""

from __future__ import annotations

from pkgops.kit.network.endpoints import interface_endpoint
from pkgops.kit.network.flow_log import flow_log
from pkgops.kit.network.private import NetworkResources, PrivateNetwork, private_network, tiers
from pkgops.scope import Scope
from templates.stream_sales.environments import environment
from templates.stream_sales.naming import FLOW_LOG, VPC

CIDR = "10.0.0.0/16"


def add(scope: Scope) -> NetworkResources:
    """The VPC: functions run in its private subnets, the database in its isolated ones."""
    row = environment(scope)
    public, private, isolated = tiers(CIDR, row.zones)
    made = private_network(
        scope,
        PrivateNetwork(VPC, CIDR, private, public, gateways=("s3",), nats=row.nats, isolated=isolated, own_tables=True),
    )
    if row.flow_log_days:
        flow_log(scope, made.id, FLOW_LOG, row.flow_log_days)
    if scope.settings.secrets_endpoint:
        interface_endpoint(scope, made.id, CIDR, made.subnets, "secretsmanager")
    return made
