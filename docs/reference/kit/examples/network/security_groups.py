from pkgops.kit.network.private import PrivateNetwork, private_network
from pkgops.kit.network.security_groups import allow, closed_group, security_group
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Workers connect to everything, the store to nothing, and only workers connect to the store."""
    network = private_network(scope, PrivateNetwork("shop"))
    workers = security_group(scope, "workers", network.id, "Functions of the shop")
    store = closed_group(scope, "store", network.id, "Store of the shop")
    allow(scope, "store-from-workers", store, 5432, workers)
