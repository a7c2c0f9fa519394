from pkgops.kit.cdn.distribution import Behavior, Distribution, distribution
from pkgops.kit.cdn.origins import HttpOrigin
from pkgops.kit.cdn.response_headers import ResponseHeadersPolicy, response_headers_policy
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Pages that are in nobody's frame, and load scripts of their own site alone."""
    headers = response_headers_policy(
        scope, ResponseHeadersPolicy("shop-headers", csp="default-src 'self'", headers={"x-shop": "1"})
    )
    behavior = Behavior("server", response_headers=headers)
    distribution(scope, Distribution("The shop", (HttpOrigin("server", "shop.example.com"),), (behavior,)))
