from troposphere import Ref

from pkgops.kit.next.options import NextSite
from pkgops.kit.next.site import next_site
from pkgops.kit.next.start import DatabaseVariable, SecretVariable
from pkgops.kit.secret import JsonSecret, json_secret
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """A server that finds the key of its sessions and the address of its database in the environment."""
    session = Ref(json_secret(scope, JsonSecret("shop/session", (), generated="key", punctuation=False)))
    database = scope.use("data.DatabaseSecretArn")
    variables = (
        SecretVariable("SESSION_KEY", session, "key"),
        DatabaseVariable("DATABASE_URL", database, {"sslmode": "require", "connection_limit": "5"}),
    )
    next_site(scope, NextSite("shop-", "shop/origin", "The shop", variables=variables))
