"""The configuration of a run: stage, system and settings, read and checked.

``stages.toml`` at the project's root has a table for each stage and, in ``[<stage>.<system>]``, the settings of
each system; ``.env`` and then the environment override it, under the documented names. Everything is checked:
an unknown key or a wrong type is a `ConfigError` that names the file, the key and the allowed keys.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from pkgops import own_files, stage_names
from pkgops import project as projects
from pkgops.errors import AccessError, ClosedStageError, ConfigError, unknown
from pkgops.model import LOCAL, LOCAL_ACCOUNT, Stage, System
from pkgops.text_file import read_text

FILE = projects.FILE
DEFAULT_STAGE = LOCAL
PROFILE = "AWS_PROFILE"
COUNTED = (PROFILE, "PKGOPS_STAGE", "PKGOPS_SYSTEM")  # of the variables in .env that are no settings
_WITHOUT_SNAPSHOTS = frozenset({"ap-east-2", "ap-southeast-6"})  # says Lambda's developer guide of SnapStart
_STAGE_KEYS = tuple(field.name for field in fields(Stage) if field.name != "name")


@dataclass(frozen=True, slots=True)
class Project:
    """A checked configuration: the project's directory, the stage, the system and its settings."""

    root: Path
    stage: Stage
    system: System
    settings: Any

    def require_stacks(self, keys: Iterable[str]) -> None:
        """ConfigError if one of the stacks is switched off."""
        there = {stack.key for stack in self.system.stacks}
        for key in keys:
            if key not in there:
                whole = projects.load_system(self.root, self.system.key)
                setting = next(stack.when for stack in whole.stacks if stack.key == key)
                where = f"[{self.stage.name}.{self.system.key}]"
                raise ConfigError(
                    f"Stack {key} of {self.system.key} is switched off on stage {self.stage.name}.",
                    f"Set {setting.upper()} in the environment, or {setting} in {FILE} under {where}.",
                )

    def named(self, documented: str) -> str:
        """The physical name of something of the system on the stage (`System.named`)."""
        return self.system.named(self.stage, documented)

    @property
    def home(self) -> Path:
        """The directory for everything the tool can create again (`pkgops.own_files.home`)."""
        return own_files.home(self.root)


def load(
    stage: str | None = None,
    system: str | None = None,
    root: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Project:
    """Reads and checks everything. Names default to PKGOPS_STAGE and PKGOPS_SYSTEM, then to stage local and the
    project's default system.

    UsageError for an unknown stage or system, ConfigError for anything wrong in file or environment."""
    environ = os.environ if environ is None else environ
    root = root or projects.find(environ=environ)
    given, environ = environ, _environment(root, environ)
    tables = _stages(root)
    known = projects.systems(root)
    named = system or environ.get("PKGOPS_SYSTEM") or projects.default_system(root, known)
    chosen = projects.load_system(root, named)
    wanted = stage or environ.get("PKGOPS_STAGE") or DEFAULT_STAGE
    resolved = _stage_name(wanted, tables, chosen)
    _require_open(resolved, chosen)
    found = _with_profile(_stage(resolved, tables[resolved], known), root, given)
    stage_names.require_short(found, chosen)
    settings = _settings(chosen, f"{resolved}.{chosen.key}", tables[resolved].get(chosen.key, {}), environ)
    return Project(root, found, chosen.with_settings(settings), settings)


def find_stage(stage: str | None, root: Path, environ: Mapping[str, str] | None = None) -> Stage | None:
    """The stage of a run without its systems, whose import takes longer than all else; None for a name that the file
    does not have, which may be a system's word for a stage. ConfigError as for `load`."""
    environ = os.environ if environ is None else environ
    name = stage or _environment(root, environ).get("PKGOPS_STAGE") or DEFAULT_STAGE
    table = _stages(root).get(name)
    return None if table is None else _with_profile(_stage(name, table, projects.systems(root)), root, environ)


def stages(root: Path) -> dict[str, Stage]:
    """Every stage of the project, by name."""
    known = projects.systems(root)
    return {name: _stage(name, table, known) for name, table in _stages(root).items()}


def require_account(stage: Stage, account: str, region: str = "") -> None:
    """Refuses an ``account`` or a ``region`` ("" if unknown) other than the stage's, and a protected stage without an
    account. AccessError, ConfigError."""
    if stage.local:
        return
    if stage.account is None and stage.protected:
        raise ConfigError(
            f"Stage {stage.name} is protected but {FILE} names no account for it.",
            f'Add account = "{account}" under [{stage.name}] if that is the right one.',
        )
    if stage.account is not None and stage.account != account:
        raise AccessError(
            f"The credentials belong to account {account}, stage {stage.name} to {stage.account}.",
            "Switch the profile (AWS_PROFILE); nothing was changed.",
        )
    if region and region != stage.region:
        raise AccessError(
            f"The deployed stacks are in {region}, stage {stage.name} is in {stage.region}.",
            "Check AWS_ENDPOINT_URL and the profile's endpoints; nothing was changed.",
        )


def _stages(root: Path) -> dict[str, dict[str, Any]]:
    """The tables of the stages."""
    return {name: table for name, table in projects.tables(root).items() if name != projects.TABLE}


def _stage_name(wanted: str, tables: Mapping[str, Any], system: System) -> str:
    if wanted in tables:
        return wanted
    for name, word in system.environments.items():
        if word == wanted and name in tables and name != LOCAL:
            return name
    raise unknown("stage", wanted, [*tables, *system.environments.values()])


def _require_open(stage: str, system: System) -> None:
    """ClosedStageError for a stage the system is not made for."""
    if not system.closed or stage in system.environments:
        return
    words: dict[str, list[str]] = {}
    for name, word in system.environments.items():
        words.setdefault(word, []).append(name)
    accepted = " and ".join(f"{word} (stage {' or '.join(names)})" for word, names in words.items())
    raise ClosedStageError(f"{system.key} does not run on stage {stage}.", f"Its environments are {accepted}.")


def _stage(name: str, table: Mapping[str, Any], systems: tuple[str, ...]) -> Stage:
    own = {key: value for key, value in table.items() if key not in systems}
    _known(own, (*_STAGE_KEYS, *systems), name)
    hints = get_type_hints(Stage)
    values = {key: _convert(value, hints[key], f"{FILE} [{name}] {key}", strict=True) for key, value in own.items()}
    stage_names.require_possible(name)
    port = values.get("port", 1)
    if not 1 <= port <= 65535:
        raise ConfigError(f"{FILE} [{name}] port: {port} is no port.", "Give one from 1 to 65535, such as 4566.")
    account = values.get("account")
    if account is not None and not (len(account) == 12 and account.isdigit()):
        raise ConfigError(f"{FILE} [{name}] account: {account!r} is not a 12-digit account id.", "Quote all 12 digits.")
    if re.match("(cn|us-gov|us-iso[a-z]*|eu-isoe|eusc)-", values.get("region", "")):
        raise ConfigError(
            f"{FILE} [{name}] region: {values['region']} is in another partition of AWS than the commercial regions.",
            "Addresses end differently there, and edge-optimized APIs, CloudFront or express mode are missing; choose "
            "a region such as eu-central-1.",
        )
    if values.get("protected") and values.get("follow_aliases"):
        raise ConfigError(
            f"{FILE} [{name}] follow_aliases: the stage is protected, and pkgops dev refuses it.", "Remove the key."
        )
    if values.get("snap_start") and values.get("region") in _WITHOUT_SNAPSHOTS:
        raise ConfigError(
            f"{FILE} [{name}] snap_start: Lambda has no SnapStart in {values['region']}.", "Remove the key."
        )
    if name == LOCAL and values.setdefault("account", LOCAL_ACCOUNT) != LOCAL_ACCOUNT:
        raise ConfigError(f"{FILE} [{name}] account: the emulator's is {LOCAL_ACCOUNT}.", "Remove the key.")
    return Stage(name=name, **values)


def _with_profile(stage: Stage, root: Path, environ: Mapping[str, str]) -> Stage:
    """With the profile of ``.env``; the SDK reads that of the environment itself."""
    if stage.local or stage.profile is not None or environ.get(PROFILE):
        return stage
    return replace(stage, profile=_stored(root).get(PROFILE))


def _settings(system: System, where: str, table: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    hints = get_type_hints(system.settings)
    _known(table, tuple(hints), where)
    values: dict[str, Any] = {}
    for key, hint in hints.items():
        if key.upper() in environment:
            values[key] = _convert(environment[key.upper()], hint, f"environment variable {key.upper()}", strict=False)
        elif key in table:
            values[key] = _convert(table[key], hint, f"{FILE} [{where}] {key}", strict=True)
    return system.settings(**values)


def _known(table: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
    names = tuple(allowed)
    for key in table:
        if key not in names:
            near = unknown("key", key, names).hint
            raise ConfigError(f"{FILE} [{where}]: unknown key {key!r}.", f"{near} Allowed keys: {', '.join(names)}.")


def _convert(value: Any, hint: Any, where: str, *, strict: bool) -> Any:
    try:
        return msgspec.convert(value, hint, strict=strict)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}.", f"Give a value of type {_type_name(hint)}.") from None


def _type_name(hint: Any) -> str:
    return str(getattr(hint, "__name__", hint))


def uncounted(root: Path) -> list[str]:
    """The variables of ``.env`` that are about AWS or the tool and do not count there: credentials do not belong into a
    project's files, and a project is found before its file is read."""
    about = ("AWS_", "PKGOPS_")
    return sorted(name for name in _stored(root) if name.startswith(about) and name not in COUNTED)


def _environment(root: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """``.env``, overridden by the environment; an empty variable is as if it were not set."""
    return {**_stored(root), **{key: value for key, value in environ.items() if value}}


def _stored(root: Path) -> dict[str, str]:
    path = root / ".env"
    if not path.is_file():
        return {}
    import io

    from dotenv import dotenv_values

    text = read_text(path, ".env")
    return {key: value for key, value in dotenv_values(stream=io.StringIO(text)).items() if value}
