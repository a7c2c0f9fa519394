"""Is everything here that the tool needs?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: what was looked at, how it stands, what was found, what to do about it."""

    name: str
    state: State
    found: str
    remedy: str = ""


def doctor(stage: str | None = None, system: str | None = None, start: Path | None = None) -> list[Check]:
    """Every check in a fixed order, those that wait for the network at once. Never raises; reads only.

    ``stage`` and ``system`` as on the command line, ``start`` where to look for the project."""
    raise NotImplementedError
