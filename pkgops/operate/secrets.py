"""Which secrets does a system declare, which of them are set, and how is one set?

Values come from a file, from stdin or from a prompt, never from the command line, and go nowhere but to Secrets
Manager. A secret is text, or a JSON object whose fields are set one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from pkgops.config import pinned
from pkgops.errors import UsageError, unknown

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports import Ports


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
    return [_row(project, name, ports) for name in project.system.secrets]


def reveal(project: Project, name: str, ports: Ports) -> str:
    """The value of a declared secret. UsageError if it is not set."""
    value = ports.secrets.read(project.stage.named(declared(project, name)))
    if value is None:
        raise UsageError(
            f"Secret {name} is not set on stage {project.stage.name}.", f"Set it: pkgops secrets set {name}"
        )
    return value


def put(project: Project, name: str, field: str | None, value: str, ports: Ports) -> None:
    """Stores a value, or one field of a JSON object beside its others."""
    _same_account(project, ports)
    if not value:
        raise UsageError(f"The value for {name} is empty.", "Nothing was changed.")
    stored_as = project.stage.named(declared(project, name))
    if field is None:
        ports.secrets.write(stored_as, value)
        return
    before = ports.secrets.read(stored_as) or "{}"
    fields = _object(before)
    if fields is None:
        raise UsageError(f"Secret {name} is text, not an object with fields.", "Set it whole, without a field.")
    ports.secrets.write(stored_as, json.dumps({**fields, field: value}, sort_keys=True))


def fill(project: Project, values: Mapping[str, Any], ports: Ports) -> list[str]:
    """Stores those declared secrets that are missing and among ``values`` (name -> text or object); their names."""
    _same_account(project, ports)
    for name in values:
        declared(project, name)
    stored = []
    for name, value in values.items():
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        if ports.secrets.put_if_absent(project.stage.named(name), text):
            stored.append(name)
    return stored


def declared(project: Project, name: str) -> str:
    """The documented name of a secret given with or without the system's prefix and the stage."""
    for known in project.system.secrets:
        if name in (known, known.rpartition("/")[2], project.stage.named(known)):
            return known
    raise unknown("secret", name, project.system.secrets)


def given(source: str | None, stdin: TextIO) -> str | None:
    """A value from a file, or from stdin (``-``), without the newline at its end; None if no source is named."""
    if source is None:
        return None
    if source == "-":
        return stdin.read().removesuffix("\n")
    try:
        return Path(source).read_text(encoding="utf-8").removesuffix("\n")
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}.", "Name a file, or - for stdin.") from None


def _row(project: Project, name: str, ports: Ports) -> SecretRow:
    stored_as = project.stage.named(name)
    value = ports.secrets.read(stored_as)
    state = "missing" if value is None else "set" if value else "empty"
    fields = _object(value or "") or {}
    return SecretRow(name, stored_as, state, {field: bool(content) for field, content in fields.items()})


def _object(text: str) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _same_account(project: Project, ports: Ports) -> None:
    if not project.stage.local:
        pinned(project.stage, ports.identity.account())
