from pkgops.kit.function import Function, FunctionDefaults, Vpc, functions
from pkgops.kit.network.private import PrivateNetwork, private_network
from pkgops.kit.network.security_groups import security_group
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """The function reaches the internet through one NAT gateway, and DynamoDB without it."""
    network = private_network(scope, PrivateNetwork("shop", public=("10.40.128.0/24",), gateways=("dynamodb",)))
    group = security_group(scope, "workers", network.id, "Functions of the shop")
    row = Function("ship", vpc=Vpc(network.subnets, (group,)))
    functions(scope, FunctionDefaults("handlers/shop", "shop-"), [row])
    scope.accept("P105", "ShipRole", reason="EC2 has no narrower resource for the interfaces of functions")
    scope.output("VpcId", network.id)
