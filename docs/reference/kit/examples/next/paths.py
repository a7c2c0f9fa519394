from pkgops.kit.cdn.policies import cache_policy
from pkgops.kit.cdn.viewer_function import CloudFrontFunction, cloudfront_function
from pkgops.kit.next.paths import HOST_FUNCTION, server_policy
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """What a distribution of one's own needs in front of a Next.js server."""
    cache_policy(scope, server_policy("shop-pages"))
    cloudfront_function(scope, CloudFrontFunction("shop-host", HOST_FUNCTION))
