"""AWS::WAFv2::WebACLAssociation: recorded. Rules are not evaluated."""

from __future__ import annotations

from pkgops.local.hooks.patch import refuse, require
from pkgops.local.hooks.types import Created, Properties, Types


def install(types: Types) -> None:
    """Adds the type; the service keeps associations already."""
    from ministack.services import waf

    require(waf, "_associate_web_acl", "_disassociate_web_acl")
    types.add("AWS::WAFv2::WebACLAssociation", _create, _delete, _update)


def _create(_: str, properties: Properties, __: str) -> Created:
    from ministack.services import waf

    request = {"WebACLArn": properties["WebACLArn"], "ResourceArn": properties["ResourceArn"]}
    refuse(waf._associate_web_acl(request))
    return f"{request['WebACLArn']}|{request['ResourceArn']}", {}


def _update(identifier: str, old: Properties, new: Properties, stack: str) -> Created:
    _delete(identifier, old)
    return _create(identifier, new, stack)


def _delete(identifier: str, properties: Properties) -> None:
    """Only if the resource still has this one: a replacement may have taken its place before."""
    from ministack.services import waf

    if waf._associations.get(properties["ResourceArn"]) == identifier.partition("|")[0]:
        waf._disassociate_web_acl({"ResourceArn": properties["ResourceArn"]})
