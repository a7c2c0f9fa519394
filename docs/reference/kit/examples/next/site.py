from pkgops.kit.next.options import NextSite
from pkgops.kit.next.site import next_site
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """The system's application, and what `pkgops web publish` asks for."""
    environment = {"NODE_ENV": "production"}
    site = next_site(scope, NextSite("shop-", "shop/origin", "The shop", environment, private=("/api/*", "/account*")))
    scope.output("Url", site.url)
    scope.output("AssetsBucketName", site.bucket.reference)
    scope.output("DistributionId", site.distribution.id)
    if site.tags:
        scope.output("TagsTableName", site.tags.reference)
