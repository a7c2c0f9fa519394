"""The port to CloudFormation's drift detection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PropertyDrift:
    """``path`` is a JSON pointer into the resource's properties; the values are scalars as text or JSON, None if
    there is no value."""

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
    """A drift detection. ``status`` is DRIFTED, IN_SYNC or UNKNOWN once it has ``ended``; ``reason`` says what could
    not be checked."""

    ended: bool
    status: str = "UNKNOWN"
    reason: str = ""


class Drift(Protocol):
    """CloudFormation's comparison of stacks with their actual resources; nested stacks are not included."""

    def begin(self, stack: str) -> str:
        """Starts a detection and returns its id. DeployError if CloudFormation cannot start one for this stack now."""

    def detection(self, detection_id: str) -> Detection:
        """The state of a detection."""

    def resources(self, stack: str) -> list[ResourceDrift]:
        """The results of the newest detection by resource; types that cannot be checked are left out."""
