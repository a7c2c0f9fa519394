"""The defaults of all functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pkgops.kit.function import FunctionDefaults
from pkgops.kit.naming import camel_case
from pkgops.scope import Scope
from templates.kefir.naming import named


def defaults(scope: Scope, folder: str, environment: Mapping[str, Any]) -> FunctionDefaults:
    """The defaults of the functions in a folder of handlers: ``handle_auth.py`` is ``kefir-app-{stage}-handleAuth``. Each
    has its stage in its environment."""
    return FunctionDefaults(
        f"handlers/kefir/{folder}",
        named(""),
        {"STAGE": scope.stage.name, **environment},
        retention=30 if scope.stage.production else 14,
        name_style=camel_case,
    )
