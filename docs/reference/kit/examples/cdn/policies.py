from pkgops.kit.bucket import Bucket
from pkgops.kit.cdn.distribution import Behavior, Distribution, distribution
from pkgops.kit.cdn.origins import BucketOrigin, HttpOrigin, origin_bucket, origin_identity
from pkgops.kit.cdn.policies import ALL, CachePolicy, OriginRequestPolicy, cache_policy, origin_request_policy
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Catalog pages are kept for each language and page number; the server gets every cookie as well."""
    pages = cache_policy(scope, CachePolicy("shop-pages", ("accept-language",), query=("page",), default=60))
    visitors = origin_request_policy(scope, OriginRequestPolicy("shop-visitors", cookies=ALL))
    identity = origin_identity(scope, "images", "The shop's images")
    images = BucketOrigin("images", origin_bucket(scope, Bucket("shop-images"), identity), identity)
    behaviors = (
        Behavior("server", cache=pages, origin_request=visitors, response_headers="SecurityHeadersPolicy"),
        Behavior("images", "/images/*"),
    )
    distribution(scope, Distribution("The shop", (HttpOrigin("server", "shop.example.com"), images), behaviors))
