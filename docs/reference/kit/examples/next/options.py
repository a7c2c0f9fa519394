from pkgops.kit.function import Vpc
from pkgops.kit.next.options import NextSite
from pkgops.kit.next.site import next_site
from pkgops.kit.table import Table, table
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """A small server in private subnets, kept warm, that reads a table."""
    carts = table(scope, Table("shop-carts"))
    vpc = Vpc(("subnet-0a1b2c3d4e5f60718",), ("sg-0a1b2c3d4e5f60718",))
    row = NextSite("shop-", "shop/origin", "The shop", links=(carts.read(),), vpc=vpc, memory=512, warmed=True)
    next_site(scope, row)
