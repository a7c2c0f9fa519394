"""Times and durations as users type them (``--since 10m``, ``--wait 30s``)."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from pkgops.errors import UsageError

_PART = re.compile(r"(\d{1,12})\s*([smhdw])", re.IGNORECASE)
_DIGITS = 12  # of a number of seconds
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_EXAMPLES = "Give how long ago (30s, 10m, 2h, 1d) or a time (2026-05-01, 2026-05-01T09:30, ...+02:00, ...Z)."


def parse_time(text: str, now: float | None = None) -> int:
    """Epoch milliseconds of ``text``: how long ago (``10m``, also ``1h30m``), or an ISO-8601 time.

    A time without a zone is local time, as on the user's clock. ``now`` is epoch seconds. UsageError with
    examples for anything else."""
    given = text.strip()
    if re.fullmatch(f"(?:{_PART.pattern})+", given, re.IGNORECASE):
        found = int(((time.time() if now is None else now) - parse_duration(given)) * 1000)
    else:
        try:
            found = int(datetime.fromisoformat(given).astimezone().timestamp() * 1000)
        except (ValueError, OverflowError):
            raise UsageError(f"{text!r} is not a time.", _EXAMPLES) from None
    if found < 0:
        raise UsageError(f"{text!r} is before 1970, where there are no logs.", _EXAMPLES)
    return found


def parse_start(text: str, now: float | None = None) -> int:
    """As `parse_time`, for where to begin. UsageError for a time in the future."""
    start, current = parse_time(text, now), time.time() if now is None else now
    if start > current * 1000:
        raise UsageError(f"--since {text} is in the future.", f"It is {format_time(int(current * 1000))} now.")
    return start


def parse_duration(text: str) -> int:
    """Seconds of a duration: ``90``, ``30s``, ``10m``, ``1h30m``. UsageError with examples for anything else."""
    given = text.strip()
    if given.isdecimal() and len(given) <= _DIGITS:
        return int(given)
    if not re.fullmatch(f"(?:{_PART.pattern})+", given, re.IGNORECASE):
        raise UsageError(f"{text!r} is not a duration.", "Give seconds or 30s, 10m, 2h, 1h30m; 0 does not wait.")
    return sum(int(count) * _SECONDS[unit.lower()] for count, unit in _PART.findall(given))


def format_time(milliseconds: int) -> str:
    """``2026-05-01T09:30:00.123Z``."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
