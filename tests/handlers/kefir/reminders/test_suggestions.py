"""Suggested reminders follow the stage, the start and the duration of a batch."""

from __future__ import annotations

from typing import Any

from handlers.kefir.reminders.suggestions import suggestions


def test_the_documented_suggestions() -> None:
    start = {"startDate": "2026-01-01T00:00:00Z"}

    def times(**batch: Any) -> list[tuple[str, str]]:
        found = suggestions({**start, **batch})
        assert all(set(each) == {"type", "suggestedTime", "message", "description"} for each in found)
        return [(each["type"], each["suggestedTime"]) for each in found]

    assert times(stage="stage1_open", targetDuration=48) == [
        ("midpoint_check", "2026-01-02T00:00:00.000Z"),
        ("stage1_complete", "2026-01-03T00:00:00.000Z"),
    ]
    assert times(stage="stage1_open") == [
        ("daily_check", "2026-01-02T00:00:00.000Z"),
        ("ready_check", "2026-01-03T00:00:00.000Z"),
    ]
    assert times(stage="stage2_bottled") == [
        ("carbonation_check", "2026-01-01T12:00:00.000Z"),
        ("stage2_complete", "2026-01-02T00:00:00.000Z"),
        ("refrigerate", "2026-01-02T02:00:00.000Z"),
    ]
    assert times(stage="stage2_bottled", targetDuration=1.5)[0] == ("carbonation_check", "2026-01-01T00:45:00.000Z")
    assert times(stage=1) == times(stage="stage3") == []
