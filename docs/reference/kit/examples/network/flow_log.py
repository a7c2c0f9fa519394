from pkgops.kit.network.flow_log import flow_log
from pkgops.kit.network.private import PrivateNetwork, private_network
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    network = private_network(scope, PrivateNetwork("shop"))
    flow_log(scope, network.id, "/aws/vpc/shop", days=30)
