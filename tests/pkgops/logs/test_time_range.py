"""Times and durations as users type them."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from pkgops.errors import UsageError
from pkgops.logs.time_range import format_time, parse_duration, parse_time

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("10m", 600),
        ("2h", 7200),
        ("1d", 86400),
        ("1w", 604800),
        ("1h30m", 5400),
        (" 10 M ", 600),
        ("0s", 0),
    ],
)
def test_how_long_ago(text: str, seconds: int) -> None:
    assert parse_time(text, NOW) == (NOW - seconds) * 1000


def test_now_is_the_clock() -> None:
    before = time.time()
    assert before * 1000 - 1 <= parse_time("0s") <= time.time() * 1000


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-05-01T09:30:00Z", "2026-05-01T09:30:00.000Z"),
        ("2026-05-01T09:30:00.250+02:00", "2026-05-01T07:30:00.250Z"),
        ("2026-05-01 09:30+00:00", "2026-05-01T09:30:00.000Z"),
    ],
)
def test_a_moment_with_a_zone(text: str, utc: str) -> None:
    assert format_time(parse_time(text)) == utc


@pytest.mark.parametrize("text", ["2026-05-01", "2026-05-01T09:30", "2026-07-01 09:30:15"])
def test_a_moment_without_a_zone_is_on_the_users_clock(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert (
            parse_time(text)
            == datetime.fromisoformat(text + ("T00:00" if len(text) == 10 else "") + "-04:00").timestamp() * 1000
        )
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("text", ["", "yesterday", "10", "10x", "m", "-5m", "2026-13-01", "10m ago"])
def test_anything_else_is_answered_with_examples(text: str) -> None:
    with pytest.raises(UsageError, match="is not a time") as error:
        parse_time(text)
    assert "10m" in error.value.hint
    assert "2026-05-01T09:30" in error.value.hint


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("90", 90), ("30s", 30), ("1h30m", 5400), (" 2M ", 120)])
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1", "1.5h", "m"])
def test_what_is_no_duration(text):
    with pytest.raises(UsageError, match="not a duration"):
        parse_duration(text)
