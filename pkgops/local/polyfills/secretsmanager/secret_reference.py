"""``Ref`` of a secret is its ARN, as on AWS, so that a policy can hold it."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Created, Properties, Types


def install(types: Types) -> None:
    """Returns ARNs as physical ids, and accepts them where the emulator expects names."""
    from ministack.services import secretsmanager

    require(secretsmanager, "_secrets")
    handler = types.handler("AWS::SecretsManager::Secret")
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def created(logical_id: str, properties: Properties, stack: str) -> Created:
        _, attributes = create(logical_id, properties, stack)
        return attributes["Arn"], attributes

    def updated(arn: str, old: Properties, new: Properties, *rest: Any) -> Created:
        _, attributes = update(_name(arn), old, new, *rest)
        return attributes["Arn"], attributes

    def deleted(arn: str, properties: Properties, *rest: Any) -> None:
        delete(_name(arn), properties, *rest)

    handler.update(create=created, update=updated, delete=deleted)


def _name(arn: str) -> str:
    """The name of the secret with that ARN; the argument itself if there is none."""
    from ministack.services import secretsmanager

    found = (name for name, secret in secretsmanager._secrets.items() if secret["ARN"] == arn)
    return next(found, arn)
