"""The secrets a system declares: their state, and setting them.

Values come from a file, from stdin or from a prompt, never from the command line, and go only to Secrets
Manager. A secret is text, or a JSON object whose fields are set one by one.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from pkgops.config import require_account
from pkgops.errors import UsageError, unknown
from pkgops.operate.redaction import REDACTED, redact
from pkgops.operate.secrets.fields import EMPTY, Rules, rules

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports.ports import Ports

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_SOURCE = re.compile(r"@.+|-|env:[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A declared secret: ``state`` is set, empty (also if every field is) or missing; ``fields`` are the names in a
    JSON object, and whether each has a value. ``changed`` is when it last changed, in ISO-8601, "" if that is not
    known."""

    name: str
    stored_as: str
    state: str
    fields: Mapping[str, bool]
    changed: str = ""


def secret_rows(project: Project, ports: Ports) -> list[SecretRow]:
    """Every declared secret of a system, without values."""
    _check_account(project, ports)
    return [_row(project, name, ports) for name in project.system.all_secrets]


def read_secret(project: Project, name: str, ports: Ports) -> str:
    """The value of a declared secret. UsageError if it is not set."""
    _check_account(project, ports)
    known = declared_secret(project, name)
    value = ports.secrets.read(project.named(known))
    rules(project, known).require_made(project, value)
    if value is None:
        raise UsageError(
            f"Secret {name} is not set on stage {project.stage.name}.", f"Set it: pkgops secrets set {name}"
        )
    return value


@dataclass(frozen=True, slots=True)
class Setting:
    """How a value is stored: ``replace`` drops the fields that are not given, ``any_value`` takes one that does not
    look like its field's."""

    replace: bool = False
    any_value: bool = False


def set_secret(
    project: Project, name: str, value: str | Mapping[str, str], ports: Ports, setting: Setting = Setting()
) -> list[str]:
    """Stores a value: some fields, or a whole secret, text or an object. Fields that are not given stay as they are.
    Returns what else to do, a sentence each. UsageError for what the system's rules do not allow."""
    _check_account(project, ports)
    if not value or (not isinstance(value, str) and "" in value.values()):
        raise UsageError(f"The value for {name} is empty.", "Nothing was changed.")
    known = declared_secret(project, name)
    allowed, stored_as = rules(project, known), project.named(known)
    stored = ports.secrets.read(stored_as)
    allowed.require_made(project, stored)
    before = "" if setting.replace and isinstance(value, str) else stored or ""
    existing, given = _object(before or "{}"), _object(value) if isinstance(value, str) else dict(value)
    allowed.check(given, setting.any_value)
    _require_alike(name, existing, given, isinstance(value, str))
    if given is None or existing is None:
        ports.secrets.write(stored_as, value if isinstance(value, str) else json.dumps(given, sort_keys=True))
    else:
        ports.secrets.write(stored_as, json.dumps(allowed.cleaned({**existing, **given}), sort_keys=True))
    return allowed.notes(given or ())


def _require_alike(name: str, existing: dict[str, Any] | None, given: dict[str, Any] | None, whole: bool) -> None:
    """UsageError for text in place of an object, and for fields of what is text."""
    if given is None and existing:
        fields = ", ".join(sorted(existing))
        message = f"Secret {name} is an object with the fields {fields}; the value is text."
        raise UsageError(message, "Name the field to set, or add --replace.")
    if existing is None and not whole:
        raise UsageError(f"Secret {name} is text, not an object with fields.", "Set the whole secret, without a field.")


def generate(project: Project, ports: Ports) -> list[str]:
    """Makes those fields that the system's rules say are made, and that have no value; stores nothing in a secret that
    its stack has not made yet. Returns "secret field" for each."""
    _check_account(project, ports)
    made = []
    for rule in project.system.secret_rules:
        allowed, stored_as = rules(project, rule.secret), project.named(rule.secret)
        stored = ports.secrets.read(stored_as)
        existing = _object(stored or "{}")
        if existing is None or (stored is None and rule.stack):
            continue
        if new := allowed.generated(existing):
            ports.secrets.write(stored_as, json.dumps(allowed.cleaned({**existing, **new}), sort_keys=True))
            made += [f"{rule.secret} {name}" for name in new]
    return made


def fill_missing(project: Project, values: Mapping[str, Any], ports: Ports) -> list[str]:
    """Stores those of ``values`` (name of a declared secret -> text or object) that are missing or empty, objects
    field by field. Returns the names of the secrets that changed."""
    _check_account(project, ports)
    texts = {project.named(declared_secret(project, name)): _text(name, value) for name, value in values.items()}
    stored = []
    for name, (stored_as, text) in zip(values, texts.items(), strict=True):
        before, allowed = ports.secrets.read(stored_as), rules(project, declared_secret(project, name))
        allowed.require_made(project, before)
        allowed.check(_object(text))
        if before is None:
            changed = ports.secrets.put_if_absent(stored_as, text)
        elif changed := (filled := _filled(before, text, allowed)) != before:
            ports.secrets.write(stored_as, filled)
        if changed:
            stored.append(name)
    return stored


def declared_secret(project: Project, name: str) -> str:
    """The documented name of a secret given with or without the system's prefix and the stage, or by a part of it that
    no other secret has."""
    parts = {
        known: [part for part in known.split("/") if "{" not in part] or [known] for known in project.system.all_secrets
    }
    for known, bare in parts.items():
        if name in (known, "/".join(bare), bare[-1], project.named(known)):
            return known
    if len(having := [known for known, bare in parts.items() if name in bare]) == 1:
        return having[0]
    raise unknown("secret", redact(name), project.system.all_secrets)


def parse_sources(words: Sequence[str]) -> dict[str, str]:
    """Fields with where to read them, ``FIELD=@FILE``, ``FIELD=-`` or ``FIELD=env:VARIABLE``; {} unless all words are
    of that form."""
    pairs = {name: source for name, _, source in (word.partition("=") for word in words)}
    named = all(_FIELD.fullmatch(name) and _SOURCE.fullmatch(source) for name, source in pairs.items())
    return pairs if named and len(pairs) == len(words) else {}


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
    return UsageError(message, f"{remedy} Fields may have sources: FIELD=@FILE, FIELD=-, FIELD=env:VARIABLE.")


def read_value(source: str | None, stdin: TextIO) -> str | None:
    """A value from a file, from stdin (``-``), or from the environment (``env:NAME``), without its final newline; None
    without a source."""
    if source is None:
        return None
    if source.startswith("env:"):
        return _variable(source.removeprefix("env:"))
    try:
        text = stdin.read() if source == "-" else Path(source).read_bytes().decode()
    except OSError as error:
        raise UsageError(
            f"{redact(source)} cannot be read: {error.strerror}.", "Name a file, or - for stdin."
        ) from None
    except UnicodeDecodeError:  # its message contains the bytes
        raise UsageError(f"{source} is not text in UTF-8.", "Encode binary values, for example with base64.") from None
    return text.removesuffix("\n").removesuffix("\r")


def _variable(name: str) -> str:
    if not os.environ.get(name):
        raise UsageError(f"The environment has no variable {redact(name)}.", "Export it, or name a file.")
    return os.environ[name]


def _row(project: Project, name: str, ports: Ports) -> SecretRow:
    stored_as = project.named(name)
    value = ports.secrets.read(stored_as)
    fields = _object(value or "")
    filled = {field: content not in EMPTY for field, content in (fields or {}).items()}
    placeholder = rules(project, name).placeholder
    has_value = bool(value) if fields is None else any(filled[field] for field in filled if field != placeholder)
    state = "missing" if value is None else "set" if has_value else "empty"
    return SecretRow(name, stored_as, state, filled, "" if value is None else ports.secrets.changed(stored_as))


def _text(name: str, value: Any) -> str:
    if value in EMPTY:
        raise UsageError(f"The value for {name} is empty.", "Nothing was changed.")
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _filled(before: str, text: str, allowed: Rules) -> str:
    """``before``, with empty values and missing fields taken from ``text``."""
    existing, given = _object(before or "{}"), _object(text)
    if existing is None or (given is None and existing):
        return before
    if given is None:
        return text
    wanted = {field: value for field, value in given.items() if existing.get(field) in EMPTY and value not in EMPTY}
    return json.dumps(allowed.cleaned({**existing, **wanted}), sort_keys=True) if wanted else before


def _object(text: str) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _check_account(project: Project, ports: Ports) -> None:
    if not project.stage.local:
        require_account(project.stage, ports.identity.account())
