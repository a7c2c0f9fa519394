"""Timestamps as clients and the table have them: ISO-8601 in UTC with milliseconds and ``Z``."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta

_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?Z", re.ASCII)
_LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, UTC)


class Timestamp(str):
    """An ISO-8601 time in UTC with ``Z``, as a client wrote it; seconds and their fraction are optional."""

    __slots__ = ()


def iso(time: datetime) -> str:
    """Milliseconds and ``Z``, always of one width, so that text order is time order: ``2026-01-02T03:04:05.678Z``."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse(text: object) -> datetime:
    """The time in a text of the accepted form, truncated to milliseconds. ValueError for anything else."""
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("Invalid datetime")
    *parts, second, fraction = found.groups()
    milliseconds = int((fraction or "")[:3].ljust(3, "0"))
    year, month, day, hour, minute = map(int, parts)
    try:
        return datetime(year, month, day, hour, minute, int(second or 0), milliseconds * 1000, UTC)
    except ValueError as error:
        raise ValueError("Invalid datetime") from error


def add_hours(time: datetime, hours: float) -> datetime:
    """So many hours later, at most the end of the calendar."""
    try:
        return time + timedelta(hours=hours)
    except OverflowError:
        return _LAST


def unique_name(time: datetime) -> str:
    """A name for something made at a time, which sorts by it and which nothing else has: ``1767323045678-0a1b2c3d``."""
    return f"{epoch_milliseconds(time)}-{secrets.token_hex(4)}"


def epoch_milliseconds(time: datetime) -> int:
    """Milliseconds since 1970."""
    return int(time.timestamp() * 1000)
