"""How are moments told, taken and compared?"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?Z", re.ASCII)
_LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, UTC)


class Moment(str):
    """An ISO-8601 moment in UTC with ``Z``, as a client wrote it; seconds and their fraction may be missing."""

    __slots__ = ()


def stamp(moment: datetime) -> str:
    """Milliseconds and ``Z``, always of one width, so that text order is time order: ``2026-01-02T03:04:05.678Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def read(text: object) -> datetime:
    """The moment a text tells, cut off below milliseconds. ValueError if it is none of the accepted form."""
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


def after(moment: datetime, hours: float) -> datetime:
    """So many hours later, at most the end of the calendar."""
    try:
        return moment + timedelta(hours=hours)
    except OverflowError:
        return _LAST


def epoch_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return int(moment.timestamp() * 1000)
