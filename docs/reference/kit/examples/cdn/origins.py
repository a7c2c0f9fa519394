from pkgops.kit.bucket import Bucket
from pkgops.kit.cdn.distribution import ALL_METHODS, Behavior, Distribution, distribution
from pkgops.kit.cdn.origins import BucketOrigin, function_origin, origin_access, origin_bucket
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.triggers import FunctionUrl
from pkgops.scope import Scope

KEY = "{{resolve:secretsmanager:shop/carrier-token}}"


def build(scope: Scope) -> None:
    """Pages by a function that takes requests with the key, images by one that takes signed ones, assets."""
    rows = (Function("render", (FunctionUrl("NONE"),)), Function("images", (FunctionUrl("AWS_IAM"),)))
    made = functions(scope, FunctionDefaults("handlers/shop", "shop-"), rows)
    server = function_origin(scope, "server", made["render"], {"x-origin-key": KEY})
    images = function_origin(scope, "images", made["images"], signed="Distribution")
    access = origin_access(scope, "shop-assets", "Distribution")
    assets = BucketOrigin("assets", origin_bucket(scope, Bucket("shop-assets"), access), access, "/_assets")
    behaviors = (
        Behavior("server", methods=ALL_METHODS, cache="CachingDisabled", origin_request="AllViewerExceptHostHeader"),
        Behavior("images", "/_next/image*"),
        Behavior("assets", "/_next/*"),
    )
    distribution(scope, Distribution("The shop", (server, images, assets), behaviors))
