"""Suggested reminders, by the stage of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kefir.data import timestamps

_SECOND_STAGE_HOURS = 24  # if the batch has no duration


def suggestions(batch: Mapping[str, Any]) -> list[dict[str, str]]:
    """The documented reminders of a batch's stage, from its start and its duration in hours, including those whose
    time has passed."""
    try:
        start = timestamps.parse(batch.get("startDate"))
    except ValueError:
        return []
    return [
        {
            "type": kind,
            "suggestedTime": timestamps.iso(timestamps.add_hours(start, hours)),
            "message": message,
            "description": description,
        }
        for kind, hours, message, description in _rows(batch)
    ]


def _rows(batch: Mapping[str, Any]) -> list[tuple[str, float, str, str]]:
    duration = batch.get("targetDuration")
    if batch.get("stage") == "stage2_bottled":
        hours = duration or _SECOND_STAGE_HOURS
        return [
            ("carbonation_check", hours / 2, "Check carbonation level", "Halfway through second fermentation"),
            ("stage2_complete", hours, "Your kefir is ready to refrigerate", "Second fermentation complete"),
            ("refrigerate", hours + 2, "Move your kefir to the fridge", "Prevent over-carbonation"),
        ]
    if batch.get("stage") != "stage1_open":
        return []
    if duration:
        half = ("midpoint_check", duration / 2, "Check your kefir batch (halfway point)")
        whole = ("stage1_complete", duration, "Your kefir may be ready for bottling")
        return [(*half, "Time to check the fermentation progress"), (*whole, "Stage 1 target duration reached")]
    return [
        ("daily_check", 24, "Daily kefir check (24h)", "Check fermentation progress"),
        ("ready_check", 48, "Your kefir may be ready (48h)", "Check if ready for bottling"),
    ]
