"""Which secrets does a system declare, which of them are set, and how is one set?

Values come from a file, from stdin or from a prompt, never from the command line, and go nowhere but to Secrets
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
from pkgops.operate.redaction import HIDDEN, shown

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports.ports import Ports

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A declared secret: ``state`` is set, empty or missing; ``fields`` are the names in a JSON object, with
    whether each has a value."""

    name: str
    stored_as: str
    state: str
    fields: Mapping[str, bool]


def rows(project: Project, ports: Ports) -> list[SecretRow]:
    """Every declared secret of a system, without values."""
    _same_account(project, ports)
    return [_row(project, name, ports) for name in project.system.secrets]


def reveal(project: Project, name: str, ports: Ports) -> str:
    """The value of a declared secret. UsageError if it is not set."""
    _same_account(project, ports)
    value = ports.secrets.read(project.stage.named(declared(project, name)))
    if value is None:
        raise UsageError(
            f"Secret {name} is not set on stage {project.stage.name}.", f"Set it: pkgops secrets set {name}"
        )
    return value


def put(project: Project, name: str, field: str | None, value: str, ports: Ports, replace: bool = False) -> None:
    """Stores a value: one field beside the others, or a whole secret. Of an object the fields that are not given stay
    as they are, unless it is to ``replace`` what was there."""
    _same_account(project, ports)
    if not value:
        raise UsageError(f"The value for {name} is empty.", "Nothing was changed.")
    stored_as = project.stage.named(declared(project, name))
    before = "" if replace and field is None else ports.secrets.read(stored_as) or ""
    there = _object(before or "{}")
    given = {field: value} if field is not None else _object(value)
    if given is None and there:
        said = f"Secret {name} is an object with the fields {', '.join(sorted(there))}; this is text."
        raise UsageError(said, "Name the field that is meant, or add --replace.")
    if field is not None and there is None:
        raise UsageError(f"Secret {name} is text, not an object with fields.", "Set it whole, without a field.")
    whole = given is None or there is None
    ports.secrets.write(stored_as, value if whole else json.dumps({**(there or {}), **(given or {})}, sort_keys=True))


def fill(project: Project, values: Mapping[str, Any], ports: Ports) -> list[str]:
    """Stores those of ``values`` (name of a declared secret -> text or object) that are missing or empty, objects
    field by field; the names of the secrets that have changed."""
    _same_account(project, ports)
    texts = {project.stage.named(declared(project, name)): _text(name, value) for name, value in values.items()}
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


def declared(project: Project, name: str) -> str:
    """The documented name of a secret given with or without the system's prefix and the stage."""
    for known in project.system.secrets:
        if name in (known, known.rpartition("/")[2], project.stage.named(known)):
            return known
    raise unknown("secret", shown(name), project.system.secrets)


def field_of(words: Sequence[str]) -> str | None:
    """The field that stands behind a secret's name on the command line. UsageError if it can only be a value."""
    if not words:
        return None
    if len(words) > 1 or not _FIELD.fullmatch(words[0]) or shown(words[0]) == HIDDEN:
        raise UsageError(
            "What stands behind the secret's name is not the name of a field.",
            "A value is never given on the command line, where others can read it: use --from, or wait to be asked.",
        )
    return words[0]


def given(source: str | None, stdin: TextIO) -> str | None:
    """A value from a file, or from stdin (``-``), without the newline at its end; None if no source is named."""
    if source is None:
        return None
    try:
        text = stdin.read() if source == "-" else Path(source).read_bytes().decode()
    except OSError as error:
        raise UsageError(f"{shown(source)} cannot be read: {error.strerror}.", "Name a file, or - for stdin.") from None
    except UnicodeDecodeError:  # which holds what it could not read
        raise UsageError(f"{source} is not text in UTF-8.", "Encode what is binary, for instance by base64.") from None
    return text.removesuffix("\n").removesuffix("\r")


def _row(project: Project, name: str, ports: Ports) -> SecretRow:
    stored_as = project.stage.named(name)
    value = ports.secrets.read(stored_as)
    state = "missing" if value is None else "set" if value else "empty"
    fields = _object(value or "") or {}
    return SecretRow(name, stored_as, state, {field: content not in _EMPTY for field, content in fields.items()})


def _text(name: str, value: Any) -> str:
    if value in _EMPTY:
        raise UsageError(f"The value for {name} is empty.", "Nothing was changed.")
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _filled(before: str, text: str) -> str:
    """What is set stays; what is empty, or a field that is not there, is taken from ``text``."""
    there, given = _object(before or "{}"), _object(text)
    if there is None or (given is None and there):
        return before
    if given is None:
        return text
    wanted = {field: value for field, value in given.items() if there.get(field) in _EMPTY and value not in _EMPTY}
    return json.dumps({**there, **wanted}, sort_keys=True) if wanted else before


def _object(text: str) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _same_account(project: Project, ports: Ports) -> None:
    if not project.stage.local:
        require_account(project.stage, ports.identity.account())
