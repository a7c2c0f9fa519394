from troposphere import Ref

from pkgops.kit.secret import JsonSecret, json_secret
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """`pkgops secrets set` fills the two keys; Secrets Manager has made `cookie_key`."""
    keys = JsonSecret("shop/keys", ("carrier_key", "mail_key"), "Keys of the shop", generated="cookie_key", length=64)
    scope.output("KeysArn", Ref(json_secret(scope, keys)))
