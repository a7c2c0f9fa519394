"""The environment variables a client of a system needs, such as its frontend."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pkgops.errors import AccessError, NotFoundError, UsageError
from pkgops.operate.outputs import OutputRow, read_outputs
from pkgops.operate.placeholders import Texts

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.config import Project
    from pkgops.declarations import Variable
    from pkgops.ports.ports import Ports
    from pkgops.ports.secrets import Secrets

Source = Literal["deployed", "kept", "secret", "placeholder", "missing"]


@dataclass(frozen=True, slots=True)
class EnvRequest:
    """What was asked for: ``kept`` are the variables of the user's existing file, ``with_secrets`` reads those that are
    secrets, ``compat`` includes `Variable.compat`, and ``allow_missing`` leaves empty what is not deployed."""

    kept: Mapping[str, str] = field(default_factory=dict)
    with_secrets: bool = False
    compat: bool = False
    allow_missing: bool = False


@dataclass(frozen=True, slots=True)
class EnvVariable:
    """A variable's name and value, the heading above it ("" for none) and where the value comes from."""

    name: str
    value: str
    heading: str
    source: Source


def client_variables(
    project: Project,
    rows: Sequence[OutputRow],
    request: EnvRequest,
    secrets: Secrets | None = None,
    database: Callable[[], str] = str,
) -> list[EnvVariable]:
    """The system's variables for the stage, in the order it declares them. ``rows`` are its deployed outputs; a secret
    is only read, and the URL of its ``database`` only called for, if that was asked for.

    UsageError if it declares none, and for outputs that are not deployed: it names all of them."""
    if not project.system.variables:
        raise UsageError(
            f"{project.system.key} declares no variables for a client.",
            f"Show its outputs: pkgops outputs --system {project.system.key}",
        )
    texts = Texts(project, rows)
    wanted = [one for one in project.system.variables if _is_wanted(one, project, request)]
    absent = [name for one in wanted for name in _missing(one, texts)]
    if absent and not request.allow_missing:
        raise texts.error(absent)
    resolver = _Resolver(texts, request, secrets if request.with_secrets else None, database)
    found, heading = [], ""
    for one in wanted:
        value, source = resolver.resolve(one)
        found.append(EnvVariable(one.name, value, one.group if one.group != heading else "", source))
        heading = one.group
    return found


def read_kept(path: Path) -> dict[str, str]:
    """The variables of a .env file. UsageError if there is none."""
    from io import StringIO

    from dotenv import dotenv_values

    from pkgops.text_file import read_text

    try:
        text = read_text(path, error=UsageError)
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.", "Name an existing .env file, or leave --existing out.") from None
    found = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value or "" for name, value in found.items()}


def deployed_rows(
    project: Project, stacks: Sequence[SynthesizedStack], ports: Ports, request: EnvRequest
) -> Sequence[OutputRow]:
    """The system's deployed outputs; none if nothing is deployed and that is allowed. NotFoundError otherwise."""
    try:
        return read_outputs(project, stacks, ports)
    except NotFoundError:
        if not request.allow_missing:
            raise
        return []


def _is_wanted(one: Variable, project: Project, request: EnvRequest) -> bool:
    return (one.in_production or not project.stage.production) and (request.compat or not one.compat)


def _text(one: Variable) -> str:
    return f"{{{one.output}}}" if one.output else one.value


def _missing(one: Variable, texts: Texts) -> list[str]:
    return [] if one.optional or one.kept or one.database else texts.missing(_text(one))


@dataclass(slots=True)
class _Resolver:
    """Values of variables; ``secrets`` is None where none may be read. A secret is read once."""

    texts: Texts
    request: EnvRequest
    secrets: Secrets | None
    database: Callable[[], str]
    _read: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def resolve(self, one: Variable) -> tuple[str, Source]:
        if stored := self._stored(one):
            return stored, "secret"
        if one.kept or one.secret or one.database:
            kept = self.request.kept.get(one.name, "")
            return (kept, "kept") if kept else (self.texts.fill(one.value), "placeholder")
        text = _text(one)
        if self.texts.missing(text):
            return "", "deployed" if one.optional else "missing"
        value, ending = self.texts.fill(text), self.texts.fill(one.ending)
        return value if value.endswith(ending) else value.removesuffix("/") + ending, "deployed"

    def _stored(self, one: Variable) -> str:
        """The value in Secrets Manager; "" if there is none or none may be read."""
        if self.secrets is None or not (one.secret or one.database):
            return ""
        if one.database:
            return self._url()
        name, _, key = self.texts.fill(one.secret).partition("#")
        if name not in self._read:
            self._read[name] = _fields(self.secrets.read(name))
        value = self._read[name].get(key, "")
        return value if isinstance(value, str) else json.dumps(value)

    def _url(self) -> str:
        """The database's; "" where there is none yet."""
        try:
            return self.database()
        except (UsageError, AccessError):
            return ""


def _fields(text: str | None) -> Mapping[str, object]:
    """The fields of a secret; its whole text has no name."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    return {**(found if isinstance(found, dict) else {}), "": text or ""}
