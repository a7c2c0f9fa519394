"""The settings of Stream Sales, and their rules for each stage."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pkgops.model import Stage

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_VERSION = re.compile(r"\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Settings:
    """Stream Sales' settings; each may come from the environment variable of its name in capitals.

    ``deletion_protection`` refuses the deletion of the database; without it production's is protected, and that of no
    other environment. ``alarm_email`` is told of alarms; without it there are none, in any environment.
    ``database_version`` is Aurora's, ``database_reader`` adds a second instance that takes over when the first fails.
    ``secrets_endpoint`` lets functions reach Secrets Manager without the NAT gateway, for a price by the hour.
    ``dashboard`` adds the graphs of functions and database. ``app`` is the directory of the application, which
    `pkgops web build` builds, and ``server_memory`` what its server gets in MB.
    """

    deletion_protection: bool | None = None
    alarm_email: str = ""
    database_version: str = "15.13"
    database_reader: bool = False
    secrets_endpoint: bool = False
    dashboard: bool = False
    app: str = ""
    server_memory: int = 512

    def protects(self, stage: Stage) -> bool:
        """Whether the database of a stage is protected from deletion."""
        return stage.production if self.deletion_protection is None else self.deletion_protection


def advise(stage: Stage, settings: Settings) -> list[str]:
    """What should be known of the settings before they are deployed."""
    if stage.production and not settings.alarm_email.strip():
        return ["Production has no alarms without ALARM_EMAIL."]
    return []


def check(stage: Stage, settings: Settings) -> list[str]:
    """What is wrong with the settings, a sentence each."""
    del stage
    address = settings.alarm_email.strip()
    right = {
        "ALARM_EMAIL is an address, such as ops@example.com.": not address or bool(_ADDRESS.fullmatch(address)),
        "DATABASE_VERSION is a version of Aurora PostgreSQL, such as 15.13.": bool(
            _VERSION.fullmatch(settings.database_version)
        ),
        "SERVER_MEMORY is from 128 to 10240 MB.": 128 <= settings.server_memory <= 10_240,
    }
    return [sentence for sentence, kept in right.items() if not kept]
