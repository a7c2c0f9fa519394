"""A secret attached to a database names the database, as on AWS; the emulator writes its address and engine alone."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

# Type of the target -> the key of its name.
_KEYS = {"AWS::RDS::DBCluster": "dbClusterIdentifier", "AWS::RDS::DBInstance": "dbInstanceIdentifier"}


def install(_: Types) -> None:
    """Adds the name to what an attachment writes into a secret, and takes away when it is deleted."""
    from ministack.services.cloudformation import provisioners

    require(provisioners, "_SM_TARGET_KEYS")
    provisioners._SM_TARGET_KEYS = (*provisioners._SM_TARGET_KEYS, *_KEYS.values())
    wrap(provisioners, "_sm_target_connection", _naming)


def _naming(original: Any) -> Any:
    def connection(kind: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = original(kind, name)
        return found | ({_KEYS[kind]: name} if kind in _KEYS else {})

    return connection
