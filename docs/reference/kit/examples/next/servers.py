from pkgops.kit.bucket import Bucket, bucket
from pkgops.kit.next.manifest import read
from pkgops.kit.next.options import NextSite
from pkgops.kit.next.servers import add_images
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """The application's image function alone, for pictures in a bucket of one's own."""
    pictures = bucket(scope, Bucket("shop-pictures"))
    add_images(scope, NextSite("shop-", "shop/origin", "The shop"), read(scope.app), pictures)
