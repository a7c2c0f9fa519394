"""How are moments read and written in the tables?"""

from __future__ import annotations

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """ISO-8601 UTC with microseconds and offset, always of one width so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse(value: object) -> datetime | None:
    """The moment in an ISO-8601 text (offset, ``Z`` or none, which means UTC); None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
