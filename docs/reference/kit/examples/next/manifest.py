from pkgops.kit.next.manifest import read
from pkgops.kit.table import Table, table
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """A table that is wanted only where the application's build keeps no pages itself."""
    if not read(scope.app).cache:
        table(scope, Table("shop-pages", hash="path", range="", ttl="expires", disposable=True))
