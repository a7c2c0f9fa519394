"""The fields that a system's rules allow in its secrets, and the values they may have."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pkgops.errors import UsageError, unknown
from pkgops.operate.redaction import redact

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.secret_rules import SecretField, SecretRule

EMPTY: tuple[Any, ...] = (None, "", [], {})
_BYTES = _LETTERS = 32


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule of one secret of a system, or none: then every field is taken as it is."""

    secret: str
    rule: SecretRule | None

    @property
    def placeholder(self) -> str:
        """The field that only a fresh secret has; "" if there is none."""
        return self.rule.placeholder if self.rule else ""

    def require_made(self, project: Project, before: str | None) -> None:
        """UsageError if a stack makes the secret and has not yet: stored now, it would be in the stack's way."""
        if before is None and self.rule is not None and self.rule.stack:
            raise UsageError(
                f"Secret {self.secret} does not exist: stack {self.rule.stack} makes it.",
                f"Deploy it first: pkgops deploy {project.system.key}/{self.rule.stack} --stage {project.stage.name}",
            )

    def check(self, given: Mapping[str, Any] | None, any_value: bool = False) -> None:
        """UsageError for a text instead of an object, a field that is not allowed, and, unless ``any_value``, a value
        that does not look like one of the field. No error has a value in it."""
        if self.rule is None:
            return
        known = {field.name: field for field in self.rule.fields}
        if not known and given is not None:
            raise UsageError(f"Secret {self.secret} is text; the value is an object.", "Nothing was changed.")
        if given is None and known:
            raise UsageError(
                f"Secret {self.secret} is an object with the fields {', '.join(known)}; the value is text.",
                "Name the field to set.",
            )
        for name, value in (given or {}).items():
            if name not in known:
                raise unknown(f"field of {self.secret}", redact(name), known)
            _check_value(self.secret, known[name], value, any_value)

    def cleaned(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        """The object without the placeholder, if another of its fields has a value."""
        others = {name: value for name, value in whole.items() if name != self.placeholder}
        return others if any(value not in EMPTY for value in others.values()) else dict(whole)

    def generated(self, before: Mapping[str, Any]) -> dict[str, str]:
        """Random values for those fields that are made, and have none."""
        fields = self.rule.fields if self.rule else ()
        return {one.name: _random(one.generated) for one in fields if one.generated and before.get(one.name) in EMPTY}

    def notes(self, changed: Iterable[str]) -> list[str]:
        """What else to do once these fields have changed."""
        fields: Sequence[SecretField] = self.rule.fields if self.rule else ()
        names = set(changed)
        return [f"{one.name}: {one.note}" for one in fields if one.name in names and one.note]


def rules(project: Project, secret: str) -> Rules:
    """The rules of a declared secret."""
    return Rules(secret, next((rule for rule in project.system.secret_rules if rule.secret == secret), None))


def _check_value(secret: str, field: SecretField, value: Any, any_value: bool) -> None:
    if not isinstance(value, str):
        raise UsageError(f"Field {field.name} of {secret} is text.", "Nothing was changed.")
    if value and not any_value and not value.startswith(field.prefix):
        raise UsageError(
            f"The value for {field.name} of {secret} does not begin with {field.prefix}.",
            "Nothing was changed. If it is right all the same, add --any-value.",
        )


def _random(kind: str) -> str:
    if kind == "base64":
        return base64.b64encode(secrets.token_bytes(_BYTES)).decode()
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_LETTERS))
