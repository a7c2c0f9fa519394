"""Roles of templates have their permissions boundary, which the emulator's own handler drops."""

from __future__ import annotations

from pkgops.local.hooks.patch import refuse, require
from pkgops.local.hooks.types import Properties, Types

KIND = "AWS::IAM::Role"


def install(types: Types) -> None:
    """Sets the boundary once the role is created or changed, and takes it away where the template no longer has it."""
    from ministack.services import iam

    require(iam, "_put_role_permissions_boundary", "_delete_role_permissions_boundary")
    types.after(KIND, _apply)


def _apply(name: str, new: Properties, old: Properties) -> None:
    from ministack.services import iam

    if boundary := new.get("PermissionsBoundary"):
        refuse(iam._put_role_permissions_boundary({"RoleName": [name], "PermissionsBoundary": [boundary]}))
    elif old.get("PermissionsBoundary"):
        refuse(iam._delete_role_permissions_boundary({"RoleName": [name]}))
