"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: what was checked, its state, what was found, and the remedy."""

    name: str
    state: State
    found: str
    remedy: str = ""
