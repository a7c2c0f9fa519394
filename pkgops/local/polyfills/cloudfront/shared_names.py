"""Policies and access controls of CloudFront: a name that is taken is refused, instead of giving the stack another
one's resource, and one that a distribution uses is not deleted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Properties, Types

# type -> (property with its configuration, the emulator's store)
_KINDS: Mapping[str, tuple[str, str]] = {
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig", "_cache_policies"),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig", "_origin_request_policies"),
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig", "_response_headers_policies"),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig", "_oacs"),
}


def install(types: Types) -> None:
    """Checks before creations and deletions."""
    from ministack.services import cloudfront

    require(cloudfront, *(store for _, store in _KINDS.values()), "_distributions")
    for kind, (config, store) in _KINDS.items():
        types.before_create(kind, _refusing_taken(kind, config, store))
        types.before_delete(kind, _refusing_used(kind))


def _refusing_taken(kind: str, config: str, store: str) -> Callable[[str, Properties, str], None]:
    def check(_: str, properties: Properties, __: str) -> None:
        from ministack.services import cloudfront

        name = (properties.get(config) or {}).get("Name")
        if name and name in {_name(record) for record in getattr(cloudfront, store).values()}:
            raise ValueError(f"Resource of type '{kind}' with identifier '{name}' already exists.")

    return check


def _name(record: Mapping[str, Any]) -> Any:
    return record["Config"]["Name"] if "Config" in record else record.get("Name")


def _refusing_used(kind: str) -> Callable[[str, Properties], None]:
    def check(id: str, _: Properties) -> None:
        from ministack.services import cloudfront

        users = [one["Id"] for one in cloudfront._distributions.values() if f">{id}<" in one.get("config_xml", "")]
        if users:
            what = kind.rpartition("::")[2]
            text = f"Cannot delete the {what} because it is attached to distributions: {', '.join(users)}"
            raise ValueError(f"{text} (Service: CloudFront, Status Code: 409, Error Code: {what}InUse)")

    return check
