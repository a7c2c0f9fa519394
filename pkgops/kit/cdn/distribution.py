"""CloudFront distributions: origins, and which path of a site is answered by which of them, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from troposphere import GetAtt, Ref, cloudfront

from pkgops.kit.cdn.edge_function import EdgeFunctionResource
from pkgops.kit.cdn.origins import BucketOrigin, HttpOrigin
from pkgops.kit.cdn.policies import MANAGED_CACHE, MANAGED_ORIGIN_REQUEST, MANAGED_RESPONSE_HEADERS, policy_id
from pkgops.kit.cdn.viewer_function import CloudFrontFunctionResource
from pkgops.scope import Scope

READ = ("GET", "HEAD")
READ_OPTIONS = ("GET", "HEAD", "OPTIONS")
ALL_METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
VIEWER_REQUEST, VIEWER_RESPONSE = "viewer-request", "viewer-response"
ORIGIN_REQUEST, ORIGIN_RESPONSE = "origin-request", "origin-response"


@dataclass(frozen=True, slots=True)
class Behavior:
    """How requests are answered whose path fits ``pattern`` ("/api/*", "*.js"; "" for the default behavior): by the
    origin called ``origin``.

    ``cache`` and ``origin_request`` and ``response_headers`` are policies, by the name AWS gives those it manages or
    what `pkgops.kit.cdn` returns. ``viewers`` is what happens to plain HTTP ("redirect-to-https", "https-only",
    "allow-all"). ``edge`` and ``functions`` are Lambda@Edge and CloudFront Functions by event; functions with
    ``with_body`` in their events get a request's body as well."""

    origin: str
    pattern: str = ""
    methods: tuple[str, ...] = READ
    cached_methods: tuple[str, ...] = READ
    cache: Any = "CachingOptimized"
    origin_request: Any = None
    response_headers: Any = None
    viewers: str = "redirect-to-https"
    compress: bool = True
    edge: Mapping[str, EdgeFunctionResource] = field(default_factory=dict)
    functions: Mapping[str, CloudFrontFunctionResource] = field(default_factory=dict)
    with_body: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What viewers get instead of an origin's error ``code``: the object at ``path`` with ``status``. The error is kept
    for ``seconds``."""

    code: int
    path: str
    status: int = 200
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution. CloudFront takes the first of ``behaviors`` that fits a path, so the order is that of the rows;
    the one without a pattern answers the rest.

    ``aliases`` are its own domain names, which need ``certificate``, the ARN of one in us-east-1. ``price_class`` is
    how much of the world it is served from. ``logical_id`` is what policies of other resources refer to."""

    comment: str
    origins: tuple[BucketOrigin | HttpOrigin, ...]
    behaviors: tuple[Behavior, ...]
    root: str = ""
    error_pages: tuple[ErrorPage, ...] = ()
    price_class: str = "PriceClass_100"
    http_version: str = "http2and3"
    ipv6: bool = True
    aliases: tuple[str, ...] = ()
    certificate: Any = None
    web_acl: Any = None
    logical_id: str = "Distribution"


@dataclass(frozen=True, slots=True)
class DistributionResource:
    """A distribution in its template: ``id`` is what invalidations name, ``domain`` its host's name."""

    resource: Any
    id: Any
    domain: Any


def distribution(scope: Scope, row: Distribution) -> DistributionResource:
    """Adds the distribution. ValueError for a behavior without an origin, for one that no path reaches, and unless one
    behavior is the default."""
    (default, *others) = _checked(row)
    config = cloudfront.DistributionConfig(
        Comment=row.comment,
        Enabled=True,
        IPV6Enabled=row.ipv6,
        HttpVersion=row.http_version,
        PriceClass=row.price_class,
        Origins=[origin.build() for origin in row.origins],
        DefaultCacheBehavior=cloudfront.DefaultCacheBehavior(**_behavior(default)),
        **_optional(row, others),
    )
    made = scope.add(cloudfront.Distribution(row.logical_id, DistributionConfig=config))
    return DistributionResource(made, Ref(made), GetAtt(made, "DomainName"))


def _checked(row: Distribution) -> list[Behavior]:
    """The behaviors, the default one first."""
    known = {origin.id for origin in row.origins}
    for behavior in row.behaviors:
        if behavior.origin not in known:
            raise ValueError(f"{behavior.origin!r} is none of the origins: {', '.join(sorted(known))}")
    defaults = [behavior for behavior in row.behaviors if not behavior.pattern]
    others = [behavior for behavior in row.behaviors if behavior.pattern]
    if len(defaults) != 1:
        raise ValueError(f"A distribution has one behavior without a pattern, not {len(defaults)}")
    for place, behavior in enumerate(others):
        for earlier in others[:place]:
            if fnmatchcase(behavior.pattern.lstrip("/"), earlier.pattern.lstrip("/")):
                raise ValueError(f"No path reaches {behavior.pattern!r}: {earlier.pattern!r} comes first")
    return [*defaults, *others]


def _optional(row: Distribution, others: list[Behavior]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if others:
        found["CacheBehaviors"] = [
            cloudfront.CacheBehavior(PathPattern=behavior.pattern, **_behavior(behavior)) for behavior in others
        ]
    if row.root:
        found["DefaultRootObject"] = row.root
    if row.error_pages:
        found["CustomErrorResponses"] = [_error_page(page) for page in row.error_pages]
    if row.aliases:
        found["Aliases"] = list(row.aliases)
    if row.certificate:
        found["ViewerCertificate"] = cloudfront.ViewerCertificate(
            AcmCertificateArn=row.certificate, SslSupportMethod="sni-only", MinimumProtocolVersion="TLSv1.2_2021"
        )
    if row.web_acl:
        found["WebACLId"] = row.web_acl
    return found


def _error_page(page: ErrorPage) -> Any:
    return cloudfront.CustomErrorResponse(
        ErrorCode=page.code, ResponsePagePath=page.path, ResponseCode=page.status, ErrorCachingMinTTL=page.seconds
    )


def _behavior(row: Behavior) -> dict[str, Any]:
    found: dict[str, Any] = {
        "TargetOriginId": row.origin,
        "ViewerProtocolPolicy": row.viewers,
        "AllowedMethods": list(row.methods),
        "CachedMethods": list(row.cached_methods),
        "Compress": row.compress,
        "CachePolicyId": policy_id(MANAGED_CACHE, row.cache),
    }
    if row.origin_request is not None:
        found["OriginRequestPolicyId"] = policy_id(MANAGED_ORIGIN_REQUEST, row.origin_request)
    if row.response_headers is not None:
        found["ResponseHeadersPolicyId"] = policy_id(MANAGED_RESPONSE_HEADERS, row.response_headers)
    if row.edge:
        found["LambdaFunctionAssociations"] = [
            cloudfront.LambdaFunctionAssociation(
                EventType=event, LambdaFunctionARN=built.version, **_body(event in row.with_body)
            )
            for event, built in row.edge.items()
        ]
    if row.functions:
        found["FunctionAssociations"] = [
            cloudfront.FunctionAssociation(EventType=event, FunctionARN=built.arn)
            for event, built in row.functions.items()
        ]
    return found


def _body(included: bool) -> dict[str, Any]:
    return {"IncludeBody": True} if included else {}
