"""The settings of Always Coder, and their rules for each stage."""

from __future__ import annotations

from dataclasses import dataclass

from pkgops.model import Stage


@dataclass(frozen=True, slots=True)
class Settings:
    """Always Coder's settings; each may come from the environment variable of its name in capitals.

    ``frames_per_second`` and ``frame_burst`` limit all clients' frames together; 0 leaves them at the account's limit. A
    character typed is a frame, so a low limit makes terminals stutter.
    """

    frames_per_second: int = 0
    frame_burst: int = 0


def check(stage: Stage, settings: Settings) -> list[str]:
    """What is wrong with the settings, a sentence each."""
    del stage
    if min(settings.frames_per_second, settings.frame_burst) < 0:
        return ["FRAMES_PER_SECOND and FRAME_BURST are not negative; 0 sets no limit."]
    return []
