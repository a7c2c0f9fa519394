from pkgops.kit.network.private import PrivateNetwork, private_network
from pkgops.kit.network.redis import Redis, redis
from pkgops.kit.secret import JsonSecret, json_secret, secret_field
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Its password is made by Secrets Manager and is in no template."""
    secret = json_secret(scope, JsonSecret("shop/cache", (), "The cache", generated="token", punctuation=False))
    network = private_network(scope, PrivateNetwork("shop"))
    cache = redis(scope, Redis("shop-cache", secret_field(secret, "token")), network)
    scope.output("CacheEndpoint", cache.address)
    scope.output("CachePort", cache.port)
