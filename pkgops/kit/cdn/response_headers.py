"""Response headers policies: the headers that a distribution adds to its responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from troposphere import cloudfront

from pkgops.kit.naming import logical_id
from pkgops.scope import Scope

YEAR = 31_536_000  # seconds


@dataclass(frozen=True, slots=True)
class ResponseHeadersPolicy:
    """Headers that replace those of the origin. An empty one is left out.

    Browsers do not guess content types (``nosniff``), ``frames`` says whether a page may be in a frame ("DENY",
    "SAMEORIGIN"), ``referrer`` what other sites learn, ``https_for`` how many seconds browsers ask for nothing but
    HTTPS (0: not said), ``csp`` where a page may load things from. ``xss`` turns on the filter of old browsers.
    ``headers`` are further ones.
    """

    name: str
    nosniff: bool = True
    frames: str = "DENY"
    referrer: str = "strict-origin-when-cross-origin"
    https_for: int = YEAR
    https_subdomains: bool = True
    https_preload: bool = False
    xss: bool = False
    csp: str = ""
    headers: Mapping[str, Any] = field(default_factory=dict)


def response_headers_policy(scope: Scope, row: ResponseHeadersPolicy) -> Any:
    """Adds the policy; names are unique in an account."""
    extra: dict[str, Any] = {}
    if row.headers:
        extra["CustomHeadersConfig"] = cloudfront.CustomHeadersConfig(
            Items=[
                cloudfront.CustomHeader(Header=name, Value=value, Override=True) for name, value in row.headers.items()
            ]
        )
    return scope.add(
        cloudfront.ResponseHeadersPolicy(
            logical_id(scope, row.name, "Policy"),
            ResponseHeadersPolicyConfig=cloudfront.ResponseHeadersPolicyConfig(
                Name=scope.named(row.name),
                SecurityHeadersConfig=cloudfront.SecurityHeadersConfig(**_security(row)),
                **extra,
            ),
        )
    )


def _security(row: ResponseHeadersPolicy) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if row.nosniff:
        found["ContentTypeOptions"] = cloudfront.ContentTypeOptions(Override=True)
    if row.frames:
        found["FrameOptions"] = cloudfront.FrameOptions(FrameOption=row.frames, Override=True)
    if row.referrer:
        found["ReferrerPolicy"] = cloudfront.ReferrerPolicy(ReferrerPolicy=row.referrer, Override=True)
    if row.https_for:
        found["StrictTransportSecurity"] = cloudfront.StrictTransportSecurity(
            AccessControlMaxAgeSec=row.https_for,
            IncludeSubdomains=row.https_subdomains,
            Preload=row.https_preload,
            Override=True,
        )
    if row.xss:
        found["XSSProtection"] = cloudfront.XSSProtection(Protection=True, ModeBlock=True, Override=True)
    if row.csp:
        found["ContentSecurityPolicy"] = cloudfront.ContentSecurityPolicy(ContentSecurityPolicy=row.csp, Override=True)
    return found
