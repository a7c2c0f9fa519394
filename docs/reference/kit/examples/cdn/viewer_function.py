from pkgops.kit.cdn.distribution import VIEWER_REQUEST, Behavior, Distribution, distribution
from pkgops.kit.cdn.origins import HttpOrigin
from pkgops.kit.cdn.viewer_function import CloudFrontFunction, cloudfront_function
from pkgops.scope import Scope

CODE = """\
function handler(event) {
    var request = event.request;
    request.headers["x-forwarded-host"] = {value: request.headers.host.value};
    return request;
}
"""


def build(scope: Scope) -> None:
    """The server learns which host its visitors asked for."""
    forward = cloudfront_function(scope, CloudFrontFunction("shop-forward-host", CODE, "Keeps the visitor's host"))
    behavior = Behavior("server", functions={VIEWER_REQUEST: forward})
    distribution(scope, Distribution("The shop", (HttpOrigin("server", "shop.example.com"),), (behavior,)))
