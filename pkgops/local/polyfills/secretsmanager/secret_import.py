"""An existing secret can be imported into a stack, by its ARN."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Created, Types

_TYPE = "AWS::SecretsManager::Secret"


def install(types: Types) -> None:
    """Adds the import to the type, and its identifier to those an import may name."""
    from ministack.services import secretsmanager
    from ministack.services.cloudformation import changesets

    require(secretsmanager, "_secrets")
    require(changesets, "_IMPORT_LOOKUPS", "_IMPORT_NOT_FOUND")
    types.handler(_TYPE)["import"] = _imported
    changesets._IMPORT_LOOKUPS[_TYPE] = (("Id",), _problem)


def _exists(arn: str) -> bool:
    from ministack.services import secretsmanager

    return any(row["ARN"] == arn and not row.get("DeletedDate") for row in secretsmanager._secrets.values())


def _problem(arn: str) -> str | None:
    from ministack.services.cloudformation import changesets

    return None if _exists(arn) else str(changesets._IMPORT_NOT_FOUND.format(type=_TYPE, value=arn))


def _imported(identifier: dict[str, Any]) -> Created:
    return identifier["Id"], {"Id": identifier["Id"], "Arn": identifier["Id"]}
