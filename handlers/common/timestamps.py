"""Timestamps as the tables have them: ISO-8601 in UTC, with microseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(time: datetime) -> str:
    """ISO-8601 in UTC with microseconds and offset, always of one width, so that text order is time order."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def parse(value: object) -> datetime | None:
    """The time in an ISO-8601 text (offset, ``Z`` or none, which means UTC); None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
