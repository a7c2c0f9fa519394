from pkgops.kit.network.endpoints import interface_endpoint
from pkgops.kit.network.private import PrivateNetwork, private_network
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Private subnets without NAT reach S3, which is free, and Secrets Manager, which costs by the hour."""
    network = private_network(scope, PrivateNetwork("shop", gateways=("s3",)))
    interface_endpoint(scope, network.id, network.cidr, network.subnets, "secretsmanager")
