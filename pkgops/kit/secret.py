"""Secrets that a stack creates, with a value made by Secrets Manager: JSON objects, and plain texts."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from troposphere import Ref, Sub, secretsmanager

from pkgops.kit.naming import arn, logical_id, placeholder
from pkgops.scope import Scope

_BEYOND_F = "".join(sorted(set(string.ascii_lowercase) - set(string.hexdigits)))  # g to z
_LIKE_A_SUFFIX = re.compile("-[A-Za-z0-9]{6}$")


@dataclass(frozen=True, slots=True)
class JsonSecret:
    """A secret of the documented ``name``, a JSON object of ``fields``, which are empty at first, and of one field
    ``generated`` with a random text of ``length`` characters, none of them in ``excluded``. Without ``punctuation`` it
    has letters and digits alone. ``values`` are fields that are no secret, a user's name for example.

    CloudFormation makes the value once; it never changes while these five stay as they are, so that deployments do not
    overwrite what was set since. ``id`` is a documented logical id."""

    name: str
    fields: tuple[str, ...]
    description: str = ""
    generated: str = "placeholder"
    excluded: str = '"@/\\'
    length: int = 32
    punctuation: bool = True
    retained: bool = True
    id: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextSecret:
    """A secret of the documented ``name`` whose whole value is a random text of ``length`` letters and digits, made
    once. A ``hexadecimal`` one has the digits 0 to 9 and a to f alone: 64 of them are a key of 32 bytes. ``id`` is a
    documented logical id."""

    name: str
    description: str = ""
    length: int = 64
    hexadecimal: bool = False
    retained: bool = True
    id: str = ""


def json_secret(scope: Scope, row: JsonSecret) -> Any:
    """Adds the secret. A reference to it is its whole ARN, as a policy needs it."""
    extra: dict[str, Any] = {} if row.punctuation else {"ExcludePunctuation": True}
    generated = secretsmanager.GenerateSecretString(
        SecretStringTemplate=json.dumps({**row.values, **dict.fromkeys(row.fields, "")}),
        GenerateStringKey=row.generated,
        ExcludeCharacters=row.excluded,
        PasswordLength=row.length,
        **extra,
    )
    return _secret(scope, row, generated)


def text_secret(scope: Scope, row: TextSecret) -> Any:
    """Adds the secret. A reference to it is its whole ARN, as a policy needs it."""
    # There is no list of characters to take, only of those to leave out: without capitals, a to f are the rest.
    extra: dict[str, Any] = {"ExcludeUppercase": True, "ExcludeCharacters": _BEYOND_F} if row.hexadecimal else {}
    generated = secretsmanager.GenerateSecretString(
        PasswordLength=row.length, ExcludePunctuation=True, IncludeSpace=False, **extra
    )
    return _secret(scope, row, generated)


def _secret(scope: Scope, row: JsonSecret | TextSecret, generated: Any) -> Any:
    kept = "Retain" if row.retained else "Delete"
    return scope.add(
        secretsmanager.Secret(
            row.id or logical_id(scope, row.name, "Secret"),
            Name=scope.named(row.name),
            Description=row.description,
            GenerateSecretString=generated,
            DeletionPolicy=kept,
            UpdateReplacePolicy=kept,
        )
    )


def secret_field(secret: Any, field: str) -> Any:
    """The value of a field as a property, which CloudFormation looks up whenever it changes the resource: a dynamic
    reference. ``secret`` is the resource, or a reference to a secret's ARN, such as `Scope.use` of an output."""
    where = placeholder(secret if isinstance(secret, Ref) else Ref(secret))
    return Sub(f"{{{{resolve:secretsmanager:{where}:SecretString:{field}}}}}")


def partial_arn(scope: Scope, name: str) -> Any:
    """The ARN of a secret that is stored outside the stacks, without the six characters at its end, which nobody knows
    before; Secrets Manager completes it. It takes an ARN for whole whose name ends in a hyphen and six characters, so
    of such a secret this is the name."""
    physical = scope.named(name)
    return physical if _LIKE_A_SUFFIX.search(physical) else arn("secretsmanager", f"secret:{physical}")
