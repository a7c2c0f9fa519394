"""The triggers of a custom challenge get no client metadata from the request that begins a login, only from answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Drops the metadata of ``InitiateAuth`` and ``AdminInitiateAuth`` for ``CUSTOM_AUTH``."""
    from ministack.services import cognito

    wrap(cognito, "_initiate_auth", _without_metadata)
    wrap(cognito, "_admin_initiate_auth", _without_metadata)


def _without_metadata(original: Any) -> Any:
    def initiate(data: Mapping[str, Any]) -> Any:
        return original({**data, "ClientMetadata": {}} if data.get("AuthFlow") == "CUSTOM_AUTH" else data)

    return initiate
