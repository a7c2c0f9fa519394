"""What differs between the environments, a row each."""

from __future__ import annotations

from dataclasses import dataclass

from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment. ``zones`` are availability zones, each with a public, a private and an isolated subnet.

    ``capacity`` is the least and the most of the database in capacity units; one that begins at 0 pauses after
    ``pause_after`` seconds. ``database_removal`` is what happens to the database with its stack; secrets and images are
    ``kept`` or not. ``monitoring`` is after how many seconds the database's operating system is measured, 0 for never.
    ``log_days`` are those of the application's logs, ``database_log_days`` and ``flow_log_days`` 0 where there are none.
    ``api_logging`` and ``query_logging`` are switches of the application.
    """

    zones: int
    nats: int
    capacity: tuple[float, float]
    pause_after: int
    backup_days: int
    database_removal: str
    kept: bool
    monitoring: int
    log_days: int
    database_log_days: int
    flow_log_days: int
    image_versions: bool
    image_lifecycle: bool
    image_origin: str
    api_logging: bool
    query_logging: bool


DEV = Environment(
    zones=2,
    nats=1,
    capacity=(0, 4),
    pause_after=600,
    backup_days=7,
    database_removal="Delete",
    kept=False,
    monitoring=0,
    log_days=7,
    database_log_days=0,
    flow_log_days=0,
    image_versions=False,
    image_lifecycle=False,
    image_origin="*",
    api_logging=True,
    query_logging=True,
)
STAGING = Environment(
    zones=2,
    nats=1,
    capacity=(2, 8),
    pause_after=0,
    backup_days=7,
    database_removal="Snapshot",
    kept=True,
    monitoring=0,
    log_days=7,
    database_log_days=7,
    flow_log_days=0,
    image_versions=False,
    image_lifecycle=False,
    image_origin="https://*",
    api_logging=True,
    query_logging=False,
)
PRODUCTION = Environment(
    zones=3,
    nats=2,
    capacity=(4, 16),
    pause_after=0,
    backup_days=30,
    database_removal="Snapshot",
    kept=True,
    monitoring=60,
    log_days=30,
    database_log_days=30,
    flow_log_days=30,
    image_versions=True,
    image_lifecycle=True,
    image_origin="https://*",
    api_logging=False,
    query_logging=False,
)
_ROWS = {"dev": DEV, "staging": STAGING, "production": PRODUCTION}


def environment(scope: Scope) -> Environment:
    """The environment of a stage."""
    return _ROWS[scope.environment]
