"""The secrets a system declares: their state, and setting them.

Values come from a file, from stdin or from a prompt, never from the command line, and go only to Secrets
Manager. A secret is text, or a JSON object whose fields are set one by one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from pkgops.config import require_account
from pkgops.errors import UsageError, unknown
from pkgops.operate.redaction import REDACTED, redact

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports.ports import Ports

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A declared secret: ``state`` is set, empty or missing; ``fields`` are the names in a JSON object, and
    whether each has a value."""

    name: str
    stored_as: str
    state: str
    fields: Mapping[str, bool]


def secret_rows(project: Project, ports: Ports) -> list[SecretRow]:
    """Every declared secret of a system, without values."""
    _check_account(project, ports)
    return [_row(project, name, ports) for name in project.system.secrets]


def read_secret(project: Project, name: str, ports: Ports) -> str:
    """The value of a declared secret. UsageError if it is not set."""
    _check_account(project, ports)
    value = ports.secrets.read(project.named(declared_secret(project, name)))
    if value is None:
        raise UsageError(
            f"Secret {name} is not set on stage {project.stage.name}.", f"Set it: pkgops secrets set {name}"
        )
    return value


def set_secret(project: Project, name: str, field: str | None, value: str, ports: Ports, replace: bool = False) -> None:
    """Stores a value: one field, or a whole secret. Fields of an object that are not given stay as they are, unless
    ``replace``."""
    _check_account(project, ports)
    if not value:
        raise UsageError(f"The value for {name} is empty.", "Nothing was changed.")
    stored_as = project.named(declared_secret(project, name))
    before = "" if replace and field is None else ports.secrets.read(stored_as) or ""
    existing = _object(before or "{}")
    given = {field: value} if field is not None else _object(value)
    if given is None and existing:
        fields = ", ".join(sorted(existing))
        message = f"Secret {name} is an object with the fields {fields}; the value is text."
        raise UsageError(message, "Name the field to set, or add --replace.")
    if field is not None and existing is None:
        raise UsageError(f"Secret {name} is text, not an object with fields.", "Set the whole secret, without a field.")
    whole = given is None or existing is None
    ports.secrets.write(
        stored_as, value if whole else json.dumps({**(existing or {}), **(given or {})}, sort_keys=True)
    )


def fill_missing(project: Project, values: Mapping[str, Any], ports: Ports) -> list[str]:
    """Stores those of ``values`` (name of a declared secret -> text or object) that are missing or empty, objects
    field by field. Returns the names of the secrets that changed."""
    _check_account(project, ports)
    texts = {project.named(declared_secret(project, name)): _text(name, value) for name, value in values.items()}
    stored = []
    for name, (stored_as, text) in zip(values, texts.items(), strict=True):
        before = ports.secrets.read(stored_as)
        if before is None:
            changed = ports.secrets.put_if_absent(stored_as, text)
        elif changed := (filled := _filled(before, text)) != before:
            ports.secrets.write(stored_as, filled)
        if changed:
            stored.append(name)
    return stored


def declared_secret(project: Project, name: str) -> str:
    """The documented name of a secret given with or without the system's prefix and the stage."""
    for known in project.system.secrets:
        if name in (known, known.rpartition("/")[2], project.named(known)):
            return known
    raise unknown("secret", redact(name), project.system.secrets)


def parse_field(words: Sequence[str]) -> str | None:
    """The field after a secret's name on the command line. UsageError if it can only be a value."""
    if not words:
        return None
    if len(words) > 1 or not _FIELD.fullmatch(words[0]) or redact(words[0]) == REDACTED:
        raise not_on_the_command_line("The argument after the secret's name is not a field name.")
    return words[0]


def not_on_the_command_line(message: str) -> UsageError:
    """An error with that message, for what can only be a value."""
    remedy = "Values are never given on the command line, where others can read them: use --from or the prompt."
    return UsageError(message, remedy)


def read_value(source: str | None, stdin: TextIO) -> str | None:
    """A value from a file, or from stdin (``-``), without its final newline; None without a source."""
    if source is None:
        return None
    try:
        text = stdin.read() if source == "-" else Path(source).read_bytes().decode()
    except OSError as error:
        raise UsageError(
            f"{redact(source)} cannot be read: {error.strerror}.", "Name a file, or - for stdin."
        ) from None
    except UnicodeDecodeError:  # its message contains the bytes
        raise UsageError(f"{source} is not text in UTF-8.", "Encode binary values, for example with base64.") from None
    return text.removesuffix("\n").removesuffix("\r")


def _row(project: Project, name: str, ports: Ports) -> SecretRow:
    stored_as = project.named(name)
    value = ports.secrets.read(stored_as)
    state = "missing" if value is None else "set" if value else "empty"
    fields = _object(value or "") or {}
    return SecretRow(name, stored_as, state, {field: content not in _EMPTY for field, content in fields.items()})


def _text(name: str, value: Any) -> str:
    if value in _EMPTY:
        raise UsageError(f"The value for {name} is empty.", "Nothing was changed.")
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _filled(before: str, text: str) -> str:
    """``before``, with empty values and missing fields taken from ``text``."""
    existing, given = _object(before or "{}"), _object(text)
    if existing is None or (given is None and existing):
        return before
    if given is None:
        return text
    wanted = {field: value for field, value in given.items() if existing.get(field) in _EMPTY and value not in _EMPTY}
    return json.dumps({**existing, **wanted}, sort_keys=True) if wanted else before


def _object(text: str) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _check_account(project: Project, ports: Ports) -> None:
    if not project.stage.local:
        require_account(project.stage, ports.identity.account())
