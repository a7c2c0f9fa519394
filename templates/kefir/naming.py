"""How do the documents name Kefir's functions, and what do all of them share?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pkgops.kit.function import Defaults
from pkgops.kit.ids import lower_camel
from pkgops.scope import Scope

NAME = "kefir-app-{stage}"
EXPO_SECRET = f"{NAME}/expo"


def named(part: str) -> str:
    """A documented name, before the stage is put in."""
    return f"{NAME}-{part}"


def defaults(scope: Scope, folder: str, environment: Mapping[str, Any]) -> Defaults:
    """Of the functions in a folder of handlers: ``handle_auth.py`` is ``kefir-app-{stage}-handleAuth``. Every one is
    told its stage."""
    return Defaults(
        f"handlers/kefir/{folder}",
        named(""),
        {"STAGE": scope.stage.name, **environment},
        retention=30 if scope.stage.production else 14,
        spell=lower_camel,
    )
