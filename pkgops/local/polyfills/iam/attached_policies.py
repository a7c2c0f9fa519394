"""A template's managed policy that is attached outside of the template is not deleted; the emulator's own handler drops
it, and leaves users and roles with a policy that there is not."""

from __future__ import annotations

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Properties, Types

KIND = "AWS::IAM::ManagedPolicy"


def install(types: Types) -> None:
    """Refuses the deletion with the words of IAM, which become the reason in the stack's events."""
    from ministack.services import iam

    require(iam, "_users", "_roles", "_groups")
    types.before_delete(KIND, _require_detached)


def _require_detached(arn: str, properties: Properties) -> None:
    """What the template itself attaches is detached with the deletion."""
    from ministack.services import iam

    for kind, entities in (("Users", iam._users), ("Roles", iam._roles), ("Groups", iam._groups)):
        own = properties.get(kind) or []
        if any(arn in entity.get("AttachedPolicies", []) for name, entity in entities.items() if name not in own):
            raise ValueError("Cannot delete a policy attached to entities. (DeleteConflict)")
