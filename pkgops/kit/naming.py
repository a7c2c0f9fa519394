"""Names of resources: logical ids, spellings of handlers' names, and references inside strings."""

from __future__ import annotations

import re
from typing import Any

from troposphere import GetAtt, Sub

from pkgops.model import NAMED_ENVIRONMENT, NAMED_STAGE
from pkgops.scope import Scope

_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")


def pascal_case(text: str) -> str:
    """``get_package``, ``/packages/{name}`` and ``streams-dlq`` as ``GetPackage``, ``PackagesName``, ``StreamsDlq``."""
    return "".join(part[:1].upper() + part[1:] for part in _SEPARATORS.split(text))


def kebab_case(row: str) -> str:
    """``get_package`` as ``get-package``."""
    return row.replace("_", "-")


def camel_case(row: str) -> str:
    """``handle_auth`` as ``handleAuth``."""
    return row[:1] + pascal_case(row)[1:]


def logical_id(scope: Scope, documented: str, kind: str) -> str:
    """A readable logical id for a documented name: ``shop-api-keys`` of kind ``Table`` is ``ApiKeysTable``.

    It has neither system nor stage, so it is the same on every stage."""
    prefix = scope.system.key.replace("_", "-") + "-"
    bare = documented.replace(NAMED_STAGE, "").replace(NAMED_ENVIRONMENT, "")
    own = pascal_case(bare.removeprefix(prefix))
    return own if own.endswith(kind) else own + kind


def placeholder(value: Any) -> str:
    """A value inside ``Fn::Sub``: a ``Ref`` as ``${Name}``, a ``GetAtt`` as ``${Name.Attribute}``,
    a string as itself. TypeError for any other intrinsic function."""
    if isinstance(value, str):
        return value
    data = value.data
    if "Ref" in data:
        return "${" + str(data["Ref"]) + "}"
    if isinstance(value, GetAtt):
        return "${" + ".".join(data["Fn::GetAtt"]) + "}"
    raise TypeError(f"{data!r} cannot be used inside a string")


def arn(service: str, resource: str, suffix: str = "") -> Any:
    """The ARN of something in the stack's own account and region; ``resource`` may contain placeholders."""
    return Sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}{suffix}")
