"""Policies of distributions: what their caches tell apart, and what origins get of a request.

Behaviors name those that AWS manages ("CachingOptimized"), or get one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from troposphere import Ref, cloudfront

from pkgops.kit.naming import logical_id
from pkgops.scope import Scope

# By the names in the CloudFront developer guide, which also lists what each of them holds.
MANAGED_CACHE: Mapping[str, str] = {
    "Amplify": "2e54312d-136d-493c-8eb9-b001f22f67d2",
    "CachingDisabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "CachingOptimized": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "CachingOptimizedForUncompressedObjects": "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    "UseOriginCacheControlHeaders": "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
    "UseOriginCacheControlHeaders-QueryStrings": "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
}
MANAGED_ORIGIN_REQUEST: Mapping[str, str] = {
    "AllViewer": "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "AllViewerExceptHostHeader": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "CORS-CustomOrigin": "59781a5b-3903-41f3-afcb-af62929ccde1",
    "CORS-S3Origin": "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
    "UserAgentRefererHeaders": "acba4595-bd28-49b8-b9fe-13317c0390fa",
}
MANAGED_RESPONSE_HEADERS: Mapping[str, str] = {
    "CORS-With-Preflight": "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
    "CORS-and-SecurityHeadersPolicy": "e61eb60c-9c35-4d20-a928-2b84e02af89c",
    "CORS-with-preflight-and-SecurityHeadersPolicy": "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
    "SecurityHeadersPolicy": "67f7725c-6f97-4210-82d7-5512b31e9d03",
    "SimpleCORS": "60669652-455b-4ae9-85a4-c4c02393f86c",
}
ALL = ("*",)


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """What of a request the cache tells apart, and so passes on: headers, cookies and query strings by name, or `ALL`
    cookies or query strings. Responses are kept as long as their headers say, between ``shortest`` and ``longest``
    seconds, and ``default`` seconds if they say nothing. ``compressed`` keeps compressed variants."""

    name: str
    headers: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    shortest: int = 0
    default: int = 86_400
    longest: int = 31_536_000
    compressed: bool = True


@dataclass(frozen=True, slots=True)
class OriginRequestPolicy:
    """What of a request the origin gets besides what the cache tells apart; ``ALL`` headers are all but the host."""

    name: str
    headers: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    query: tuple[str, ...] = ()


def cache_policy(scope: Scope, row: CachePolicy) -> Any:
    """Adds the policy; names are unique in an account."""
    compressed = {"EnableAcceptEncodingGzip": row.compressed, "EnableAcceptEncodingBrotli": row.compressed}
    return scope.add(
        cloudfront.CachePolicy(
            logical_id(scope, row.name, "CachePolicy"),
            CachePolicyConfig=cloudfront.CachePolicyConfig(
                Name=scope.named(row.name),
                MinTTL=row.shortest,
                DefaultTTL=row.default,
                MaxTTL=row.longest,
                ParametersInCacheKeyAndForwardedToOrigin=cloudfront.ParametersInCacheKeyAndForwardedToOrigin(
                    HeadersConfig=cloudfront.CacheHeadersConfig(**_some("Header", row.headers)),
                    CookiesConfig=cloudfront.CacheCookiesConfig(**_some("Cookie", row.cookies)),
                    QueryStringsConfig=cloudfront.CacheQueryStringsConfig(**_some("QueryString", row.query)),
                    **compressed,
                ),
            ),
        )
    )


def origin_request_policy(scope: Scope, row: OriginRequestPolicy) -> Any:
    """Adds the policy; names are unique in an account."""
    headers = _some("Header", row.headers)
    if row.headers == ALL:
        headers = {"HeaderBehavior": "allExcept", "Headers": ["host"]}
    return scope.add(
        cloudfront.OriginRequestPolicy(
            logical_id(scope, row.name, "OriginRequestPolicy"),
            OriginRequestPolicyConfig=cloudfront.OriginRequestPolicyConfig(
                Name=scope.named(row.name),
                HeadersConfig=cloudfront.OriginRequestHeadersConfig(**headers),
                CookiesConfig=cloudfront.OriginRequestCookiesConfig(**_some("Cookie", row.cookies)),
                QueryStringsConfig=cloudfront.OriginRequestQueryStringsConfig(**_some("QueryString", row.query)),
            ),
        )
    )


def policy_id(managed: Mapping[str, str], policy: Any) -> Any:
    """The id of a policy: one that AWS manages, by its name, or a resource. ValueError for an unknown name."""
    if not isinstance(policy, str):
        return Ref(policy)
    if policy not in managed:
        raise ValueError(f"AWS manages no policy {policy!r}; those are: {', '.join(sorted(managed))}")
    return managed[policy]


def _some(kind: str, names: tuple[str, ...]) -> dict[str, Any]:
    """The properties for some names of a kind: none, all or exactly those."""
    if not names:
        return {f"{kind}Behavior": "none"}
    if names == ALL:
        return {f"{kind}Behavior": "all"}
    return {f"{kind}Behavior": "whitelist", f"{kind}s": list(names)}
