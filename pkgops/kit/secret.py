"""Secrets that a stack creates: JSON objects whose fields are set later, with one value made by Secrets Manager."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from troposphere import Ref, Sub, secretsmanager

from pkgops.kit.naming import logical_id, placeholder
from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class JsonSecret:
    """A secret of the documented ``name``, a JSON object of ``fields``, which are empty at first, and of one field
    ``generated`` with a random text of ``length`` characters, none of them in ``excluded``. Without ``punctuation`` it
    has letters and digits alone.

    CloudFormation makes the value once; it never changes while these four stay as they are, so that deployments do not
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


def json_secret(scope: Scope, row: JsonSecret) -> Any:
    """Adds the secret. A reference to it is its whole ARN, as a policy needs it."""
    kept = "Retain" if row.retained else "Delete"
    extra: dict[str, Any] = {} if row.punctuation else {"ExcludePunctuation": True}
    return scope.add(
        secretsmanager.Secret(
            row.id or logical_id(scope, row.name, "Secret"),
            Name=scope.named(row.name),
            Description=row.description,
            GenerateSecretString=secretsmanager.GenerateSecretString(
                SecretStringTemplate=json.dumps(dict.fromkeys(row.fields, "")),
                GenerateStringKey=row.generated,
                ExcludeCharacters=row.excluded,
                PasswordLength=row.length,
                **extra,
            ),
            DeletionPolicy=kept,
            UpdateReplacePolicy=kept,
        )
    )


def secret_field(secret: Any, field: str) -> Any:
    """The value of a field as a property, which CloudFormation looks up whenever it changes the resource: a dynamic
    reference. ``secret`` is the resource, or a reference to a secret's ARN, such as `Scope.use` of an output."""
    where = placeholder(secret if isinstance(secret, Ref) else Ref(secret))
    return Sub(f"{{{{resolve:secretsmanager:{where}:SecretString:{field}}}}}")
