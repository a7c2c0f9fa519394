"""What does the tool ask of CloudFormation about drift?

A port like those in ``ports.py``, with the same errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PropertyDrift:
    """``path`` is a JSON pointer into the resource's properties; the values are scalars as text or JSON, None where
    there is none."""

    path: str
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True)
class ResourceDrift:
    """A resource that was checked; ``status`` is IN_SYNC, MODIFIED, DELETED, or UNKNOWN for a ``reason``."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    differences: tuple[PropertyDrift, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Detection:
    """A search for drift. ``status`` is DRIFTED, IN_SYNC or UNKNOWN once it has ``ended``; ``reason`` says what could
    not be checked."""

    ended: bool
    status: str = "UNKNOWN"
    reason: str = ""


class Drift(Protocol):
    """CloudFormation's comparison of stacks with what is there. Nested stacks are not part of it."""

    def begin(self, stack: str) -> str:
        """Starts a detection and returns its id. DeployError if CloudFormation makes none for this stack now."""

    def detection(self, detection_id: str) -> Detection:
        """How far it is."""

    def resources(self, stack: str) -> list[ResourceDrift]:
        """What the newest detection found, resource by resource; types that cannot be checked are left out."""
