"""What can be set for NotesApp, for each stage."""

from __future__ import annotations

from dataclasses import dataclass

from pkgops.model import Stage


@dataclass(frozen=True, slots=True)
class Settings:
    """NotesApp's settings; each may come from the environment variable of its name in capitals.

    ``keep_days`` is how long a note is kept.
    """

    keep_days: int = 30


def check(stage: Stage, settings: Settings) -> list[str]:
    """What is wrong with the settings of a stage, one sentence each."""
    return [] if settings.keep_days > 0 else ["KEEP_DAYS is at least 1."]
