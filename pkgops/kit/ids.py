"""What is a resource called inside its template?"""

from __future__ import annotations

import re

from pkgops.model import NAMED_STAGE
from pkgops.scope import Scope

_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")


def camel(text: str) -> str:
    """``get_package``, ``/packages/{name}`` and ``streams-dlq`` as ``GetPackage``, ``PackagesName``, ``StreamsDlq``."""
    return "".join(part[:1].upper() + part[1:] for part in _SEPARATORS.split(text))


def dashed(row: str) -> str:
    """``get_package`` as ``get-package``."""
    return row.replace("_", "-")


def lower_camel(row: str) -> str:
    """``handle_auth`` as ``handleAuth``."""
    return row[:1] + camel(row)[1:]


def logical_id(scope: Scope, documented: str, kind: str) -> str:
    """A readable logical id for a documented name: ``pkgwatch-api-keys`` of kind ``Table`` is ``ApiKeysTable``.

    It holds neither system nor stage, so it stays when a stack is built for another stage."""
    prefix = scope.system.key.replace("_", "-") + "-"
    own = camel(documented.replace(NAMED_STAGE, "").removeprefix(prefix))
    return own if own.endswith(kind) else own + kind
