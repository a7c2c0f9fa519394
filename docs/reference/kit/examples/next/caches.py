from pkgops.kit.bucket import Bucket, bucket
from pkgops.kit.next.caches import add
from pkgops.kit.next.manifest import read
from pkgops.kit.next.options import NextSite
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """The caches that the application's build asks for, in a bucket of one's own."""
    pages = bucket(scope, Bucket("shop-pages", retained=False))
    add(scope, read(scope.app), NextSite("shop-", "shop/origin", "The shop"), pages)
