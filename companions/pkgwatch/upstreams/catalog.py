"""The packages that all upstreams know, and their properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from templates.pkgwatch.seed_data import notes
from templates.pkgwatch.seed_data.packages import PENDING, TABLES
from templates.pkgwatch.seed_data.table import rows

# The properties of packages that are seeded as pending: a collection must find some.
_UNSEEDED = {
    "version": "5.4.3",
    "created": "2016-11-29",
    "released": "9",
    "downloads": "2300000",
    "dependents": "4100",
    "stars": "8400",
    "forks": "410",
    "issues": "77",
    "maint": "2",
    "commit": "1",
    "commits": "64",
    "active": "14",
    "contrib": "100",
    "bus": "2",
    "reply": "29.8",
    "opened": "41",
    "merged": "30",
    "card": "6.7",
    "policy": "yes",
    "license": "MIT",
}

# Packages that no seed data holds, for discovery to find. The second of each is too little used to be added.
UNSEEDED: Mapping[str, Sequence[Mapping[str, str]]] = {
    ecosystem: (
        {**_UNSEEDED, "name": "made-up-popular", "repository": "made-up/popular", "dependents": "500"},
        {
            **_UNSEEDED,
            "name": "made-up-rare",
            "repository": "made-up/rare",
            "dependents": "5",
            "downloads": "90",
        },
    )
    for ecosystem in TABLES
}


@dataclass(frozen=True)
class Package:
    """One package; ``row`` are the columns of the seed data's table that are known."""

    ecosystem: str
    name: str
    row: Mapping[str, str]

    @property
    def key(self) -> str:
        """``npm#react``."""
        return f"{self.ecosystem}#{self.name}"

    def count(self, column: str) -> int:
        """A number, 0 where it is unknown."""
        return int(self.row.get(column, "0"))

    @property
    def version(self) -> str:
        """The newest version, "" if deps.dev does not know the package."""
        return self.row.get("version", "")

    @property
    def repository(self) -> str:
        """owner/name on GitHub, or ""."""
        return self.row.get("repository", "")

    @property
    def deprecated(self) -> str | None:
        """The maintainers' message; None if it is not deprecated."""
        return notes.DEPRECATED.get(self.key)

    @property
    def archived(self) -> bool:
        """Whether the repository is read-only."""
        return self.key in notes.ARCHIVED

    def older(self) -> list[str]:
        """Versions before the newest, in ascending order."""
        return [f"0.0.{number}" for number in (1, 2)]

    def released(self, now: datetime) -> datetime:
        """When the newest version came out."""
        return now - timedelta(days=int(self.row.get("released", "365")), hours=1)

    def created(self) -> str:
        """The day of the first release."""
        return self.row.get("created", "2015-01-01")


def _properties(row: Mapping[str, str]) -> Mapping[str, str]:
    if row["status"] != PENDING:
        return row
    return {**_UNSEEDED, "repository": f"made-up/{row['name'].rpartition('/')[2]}", **row}


@cache
def packages() -> Mapping[str, Package]:
    """Every package by its key."""
    found = {}
    for ecosystem, table in TABLES.items():
        for row in rows(table):
            properties = _properties(row)
            found[f"{ecosystem}#{row['name']}"] = Package(ecosystem, row["name"], properties)
        found |= {f"{ecosystem}#{row['name']}": Package(ecosystem, row["name"], row) for row in UNSEEDED[ecosystem]}
    return found


@cache
def repositories() -> Mapping[str, Package]:
    """Every package by its repository; one that several share shows the first one's properties."""
    found: dict[str, Package] = {}
    for package in packages().values():
        if package.repository:
            found.setdefault(package.repository.lower(), package)
    return found


def iso(time: datetime) -> str:
    """A time as the upstreams write it: UTC, whole seconds, Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
