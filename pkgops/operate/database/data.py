"""What is written to a database, checked in it and deleted from it, by its own program?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pkgops.errors import RefusedError
from pkgops.operate.database.address import declared
from pkgops.operate.database.migrations import Migrated, migrate, read

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.local.client.data_servers import DataServer
    from pkgops.operate.database.ask import Asked
    from pkgops.ports.databases import ClusterState
    from pkgops.ports.ports import Ports


@dataclass(frozen=True, slots=True)
class RevealedValue:
    """A value that is shown once: whose it is, what it is, and itself."""

    label: str
    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SeedRow:
    """What a seed has written: rows by table or kind, values to be shown once, or why it has written nothing."""

    name: str
    rows: Mapping[str, int]
    revealed: tuple[RevealedValue, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check: whether it passed, what it found, and the seconds it took."""

    name: str
    ok: bool
    found: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Seeds:
    seeds: tuple[SeedRow, ...]


@dataclass(frozen=True, slots=True)
class _Checks:
    checks: tuple[CheckRow, ...]


def seed(asked: Asked, names: Sequence[str], *, force: bool = False, confirmed: bool = False) -> tuple[SeedRow, ...]:
    """Writes the seeds of those names, all that delete nothing without names. As `Asked.ask`."""
    event = {"names": list(names), "force": force, "confirmed": confirmed}
    return read(asked.ask("seed", "Seeding", **event), _Seeds).seeds


def check(asked: Asked) -> tuple[CheckRow, ...]:
    """The nine checks. As `Asked.ask`."""
    tables = list(declared(asked.project).counted)
    return read(asked.ask("check", "Checking the database", tables=tables), _Checks).checks


def reset(asked: Asked) -> Migrated:
    """Deletes everything in the database and applies all migrations again. RefusedError on other than development
    stages."""
    require_development(asked.project)
    asked.ask("reset", "Deleting everything")
    return migrate(asked)


def require_development(project: Project) -> None:
    """RefusedError on a stage whose data are kept."""
    stage, allowed = project.stage, declared(project).development
    if stage.protected or stage.name not in allowed:
        raise RefusedError(
            f"The database of {project.system.key} on stage {stage.name} keeps its data: it is not reset.",
            f"Only these stages are: {', '.join(allowed)}.",
        )


def cluster(project: Project, ports: Ports) -> ClusterState | None:
    """The state of the cluster; None if the system names none, or it is not deployed."""
    name = declared(project).cluster
    return ports.databases.cluster(project.named(name)) if name else None


def server(project: Project, name: str) -> DataServer | None:
    """What stands in for a cluster on stage local; None elsewhere, and where nothing does."""
    if not project.stage.local:
        return None
    from pkgops.local.client.emulator import Emulator

    running = Emulator.of(project.root, project.stage.port).status().postgres
    return next((one for one in running if one.name == name), None)


def described(state: ClusterState, server: DataServer | None = None) -> str:
    """A cluster, and the server that stands in for it, in a sentence or two."""
    size = "" if state.minimum is None else f", {state.minimum:g} to {state.maximum or 0:g} ACU"
    after = f" after {state.pauses_after // 60} idle minutes" if state.pauses_after else " when idle"
    pauses = f", pauses{after}" if state.pauses else ""
    text = f"{state.name} is {state.status}: {state.engine} {state.version}{size}{pauses}."
    if server is None:
        return text
    now = f" It is {server.state} now." if server.state else ""
    return f"{text} Here PostgreSQL on this machine stands in for it, at {server.address}.{now}"


def backup(state: ClusterState) -> str:
    """How far back the cluster can be restored, in a sentence."""
    latest = state.restorable or "now"
    return f"{state.name} can be restored to any time of the last {state.backup_days} days, up to {latest}."
