"""AWS::CloudFront::Function: ``Ref`` is the function's ARN, which behaviours name it by."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Properties, Types

KIND = "AWS::CloudFront::Function"


def install(types: Types) -> None:
    """Keeps the ARN as the physical id; the emulator's own handlers know functions by their names."""
    from ministack.services import cloudfront

    require(cloudfront, "_func_arn")
    handler = types.handler(KIND)
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def created(logical_id: str, properties: Properties, stack: str) -> Any:
        name, attributes = create(logical_id, properties, stack)
        return cloudfront._func_arn(name), attributes | {"Stage": _stage(properties)}

    def updated(arn: str, old: Properties, new: Properties, *rest: Any) -> Any:
        name, attributes = update(_name(arn), old, new, *rest)
        return cloudfront._func_arn(name), attributes | {"Stage": _stage(new)}

    handler["create"], handler["update"] = created, updated
    handler["delete"] = lambda arn, *rest: delete(_name(arn), *rest)


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _stage(properties: Properties) -> str:
    return "LIVE" if str(properties.get("AutoPublish", False)).lower() == "true" else "DEVELOPMENT"
