from troposphere import Ref

from pkgops.kit.cdn.distribution import VIEWER_REQUEST, Behavior, Distribution, distribution
from pkgops.kit.cdn.edge_function import EdgeFunction, edge_function
from pkgops.kit.cdn.origins import HttpOrigin
from pkgops.kit.user_pool import UserPool, UserPoolClient, user_pool, user_pool_client
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """A gate in front of the back office, which knows the pool whose users may pass."""
    pool = user_pool(scope, UserPool("shop-staff", subject="Your code", message="{####}"))
    client = user_pool_client(scope, pool, UserPoolClient("shop-office"))
    values = {"POOL": Ref(pool), "CLIENT": Ref(client), "LOGIN": "/login"}
    gate = edge_function(scope, EdgeFunction("gate", "handlers/shop/edge", "shop-gate-{stage}", values))
    behavior = Behavior("office", cache="CachingDisabled", edge={VIEWER_REQUEST: gate})
    distribution(scope, Distribution("The back office", (HttpOrigin("office", "office.example.com"),), (behavior,)))
