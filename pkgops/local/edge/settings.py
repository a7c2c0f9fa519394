"""What a distribution's configuration asks for, read from the emulator's record of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pkgops.local.edge.patterns import matches

Element = Any
_TLS = ("TLSv1", "TLSv1.1", "TLSv1.2")


@dataclass(frozen=True, slots=True)
class Association:
    """A function of Lambda@Edge: the ARN of its version, and whether it gets the body."""

    arn: str
    body: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where requests go. ``identity`` is the id of an origin access identity, ``control`` that of an origin access
    control; ``custom`` is what only origins that are no bucket have, None for a bucket. Seconds are whole."""

    id: str
    domain: str
    path: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    identity: str = ""
    control: str = ""
    custom: CustomOrigin | None = None


@dataclass(frozen=True, slots=True)
class CustomOrigin:
    """How an origin that speaks HTTP is reached; ``protocol`` is http-only, https-only or match-viewer."""

    protocol: str = "match-viewer"
    http_port: int = 80
    https_port: int = 443
    read_timeout: int = 30
    keepalive: int = 5
    tls: tuple[str, ...] = _TLS


@dataclass(frozen=True, slots=True)
class Behavior:
    """``record`` is the emulator's own reading of it, which its policies are applied with."""

    pattern: str
    origin: str
    protocol: str
    methods: tuple[str, ...]
    compress: bool
    headers_policy: str
    scripts: Mapping[str, str]
    functions: Mapping[str, Association]
    record: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Two origins, of which the second is asked when the first answers with one of the statuses, or not at all."""

    members: tuple[str, ...]
    statuses: frozenset[int]


@dataclass(frozen=True, slots=True)
class Settings:
    """A distribution. ``pages`` are the custom error pages: status -> path and the status to answer with."""

    id: str
    arn: str
    domain: str
    enabled: bool
    root: str
    origins: Mapping[str, Origin]
    groups: Mapping[str, Group]
    behaviors: tuple[Behavior, ...]
    default: Behavior
    pages: Mapping[int, tuple[str, int]]

    def behavior(self, uri: str) -> Behavior:
        """The first whose pattern takes the path, or the default one."""
        return next((one for one in self.behaviors if matches(one.pattern, uri)), self.default)


def settings(record: Mapping[str, Any]) -> Settings:
    """Reads a record of the emulator."""
    from ministack.services import cloudfront

    config = cloudfront._dist_config_el(record)
    default = config.find("{*}DefaultCacheBehavior")
    errors = (_error_page(one) for one in _items(config, "CustomErrorResponses"))
    return Settings(
        id=record["Id"],
        arn=record["ARN"],
        domain=record["DomainName"],
        enabled=bool(record.get("enabled", True)),
        root=_text(config, "DefaultRootObject"),
        origins={one.id: one for one in map(_origin, _items(config, "Origins"))},
        groups=dict(_group(one) for one in _items(config, "OriginGroups")),
        behaviors=tuple(_behavior(one) for one in _items(config, "CacheBehaviors")),
        default=_behavior(default),
        pages={code: page for code, page in errors if page},
    )


def _origin(element: Element) -> Origin:
    bucket, custom = element.find("{*}S3OriginConfig"), element.find("{*}CustomOriginConfig")
    headers = [(_text(one, "HeaderName"), _text(one, "HeaderValue")) for one in _items(element, "CustomHeaders")]
    identity = _text(bucket, "OriginAccessIdentity").rpartition("/")[2] if bucket is not None else ""
    return Origin(
        id=_text(element, "Id"),
        domain=_text(element, "DomainName").lower().rstrip("."),
        path=_text(element, "OriginPath"),
        headers=tuple(headers),
        identity=identity,
        control=_text(element, "OriginAccessControlId"),
        custom=_custom(custom) if custom is not None else None,
    )


def _custom(element: Element) -> CustomOrigin:
    tls = tuple(one.text or "" for one in _items(element, "OriginSslProtocols"))
    return CustomOrigin(
        protocol=_text(element, "OriginProtocolPolicy") or "match-viewer",
        http_port=int(_text(element, "HTTPPort") or 80),
        https_port=int(_text(element, "HTTPSPort") or 443),
        read_timeout=int(_text(element, "OriginReadTimeout") or 30),
        keepalive=int(_text(element, "OriginKeepaliveTimeout") or 5),
        tls=tls or _TLS,
    )


def _group(element: Element) -> tuple[str, Group]:
    members = tuple(_text(one, "OriginId") for one in _items(element, "Members"))
    failover = element.find("{*}FailoverCriteria")
    codes = _items(failover, "StatusCodes") if failover is not None else iter(())
    return _text(element, "Id"), Group(members, frozenset(int(one.text or 0) for one in codes))


def _behavior(element: Element) -> Behavior:
    from ministack.services import cloudfront

    record = cloudfront._dataplane_behavior(element, _text(element, "PathPattern") or None)
    functions = {}
    for one in _items(element, "LambdaFunctionAssociations"):
        body = _text(one, "IncludeBody") == "true"
        functions[_text(one, "EventType")] = Association(_text(one, "LambdaFunctionARN"), body)
    return Behavior(
        pattern=_text(element, "PathPattern") or "*",
        origin=_text(element, "TargetOriginId"),
        protocol=_text(element, "ViewerProtocolPolicy") or "allow-all",
        methods=tuple(record["allowed_methods"] or ("GET", "HEAD")),
        compress=_text(element, "Compress") == "true",
        headers_policy=_text(element, "ResponseHeadersPolicyId"),
        scripts=record["functions"],
        functions=functions,
        record=record,
    )


def _error_page(element: Element) -> tuple[int, tuple[str, int] | None]:
    page, code = _text(element, "ResponsePagePath"), _text(element, "ResponseCode")
    return int(_text(element, "ErrorCode") or 0), (page, int(code)) if page and code else None


def _items(element: Element, name: str) -> Iterator[Element]:
    found = element.find(f"{{*}}{name}/{{*}}Items")
    return iter(found if found is not None else ())


def _text(element: Element, name: str) -> str:
    return (element.findtext(f"{{*}}{name}") or "").strip()
