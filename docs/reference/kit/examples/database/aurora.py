from pkgops.kit import grants
from pkgops.kit.database.aurora import PORT, Aurora, aurora
from pkgops.kit.function import Function, FunctionDefaults, Vpc, functions
from pkgops.kit.network.private import PrivateNetwork, private_network, tiers
from pkgops.kit.network.security_groups import allow, security_group
from pkgops.kit.secret import JsonSecret, json_secret
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """The database pauses when nobody has used it for ten minutes. Functions in the private subnets reach it."""
    public, private, isolated = tiers("10.0.0.0/16", zones=2)
    rows = PrivateNetwork("shop", "10.0.0.0/16", private, public, nats=1, isolated=isolated)
    network = private_network(scope, rows)
    user = {"username": "shopkeeper", "engine": "postgres", "dbname": "shop"}
    login = JsonSecret("shop/database", (), generated="password", punctuation=False, values=user)
    row = Aurora("shop-cluster", "shop", "15.13", minimum=0, maximum=4, pause_after=600)
    cluster = aurora(scope, row, network, json_secret(scope, login))
    group = security_group(scope, "workers", network.id, "Functions of the shop")
    allow(scope, "database-from-workers", cluster.group, PORT, group)
    read = grants.secret_read_by_arn(cluster.secret)
    ship = Function("ship", environment={"DATABASE_SECRET_ARN": cluster.secret}, grants=(read,))
    defaults = FunctionDefaults("handlers/shop", "shop-", vpc=Vpc(network.subnets, (group,)))
    functions(scope, defaults, [ship])
    scope.accept("P105", "ShipRole", reason="EC2 has no narrower resource for the interfaces of functions")
    scope.output("DatabaseEndpoint", cluster.endpoint)
