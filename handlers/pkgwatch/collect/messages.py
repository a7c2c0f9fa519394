"""What does a message of the package queue ask for?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalise
from handlers.pkgwatch.packages.package_queue import NEW_PACKAGE_TIER

RETRY = "incomplete_data_retry"
# Whoever says so decides on the tier: the refresh dispatcher (by hand, too) and the seeding.
_TIER_REASONS = {"daily_refresh", "three_day_refresh", "daily_tier3_refresh", "manual", "seed_packages"}
_ASKED_FOR = {"user_request", "scan_discovery"}
_TIERS = (1, 2, 3)
_SOURCES = frozenset({"deps.dev", "npm", "pypi", "github", "openssf", "bundlephobia"})


class Unreadable(Exception):  # noqa: N818 - an outcome, not an error
    """The message is no JSON object."""


class Invalid(Exception):  # noqa: N818 - an outcome, not an error
    """The message names no package that can exist."""


@dataclass(frozen=True, slots=True)
class Message:
    """A package to collect, its name normalised; ``only`` are the sources to ask again, None for all of them."""

    ecosystem: str
    name: str
    tier: int | None
    reason: str
    force: bool
    only: frozenset[str] | None

    @property
    def retry(self) -> bool:
        """Whether it tries again what was incomplete."""
        return self.reason == RETRY

    @property
    def asked_for(self) -> bool:
        """Whether somebody waits for this package."""
        return self.reason in _ASKED_FOR

    def tier_of(self, existing: Mapping[str, Any]) -> int:
        """The tier the item gets: its own, unless the message comes from those who decide on it."""
        stored = _tier(existing.get("tier"))
        if stored is None or self.reason in _TIER_REASONS:
            return self.tier or stored or NEW_PACKAGE_TIER
        return stored


def read(body: object) -> Message:
    """The message in a queue record's body. Raises `Unreadable` and `Invalid`."""
    try:
        content = json.loads(body if isinstance(body, str) else "")
    except (ValueError, RecursionError) as error:
        raise Unreadable("The body is not valid JSON.") from error
    if not isinstance(content, dict):
        raise Unreadable("The body must be a JSON object.")
    ecosystem, name = content.get("ecosystem"), content.get("name")
    if ecosystem not in ECOSYSTEMS or not isinstance(name, str):
        raise Invalid("The ecosystem is npm or pypi, and there is a name.")
    name = normalise(ecosystem, name)
    if not is_valid(ecosystem, name):
        raise Invalid("No package can have that name.")
    return Message(
        ecosystem=ecosystem,
        name=name,
        tier=_tier(content.get("tier")),
        reason=str(content.get("reason") or ""),
        force=content.get("force_refresh") is True,
        only=_only(content.get("retry_sources")),
    )


def _tier(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and value in _TIERS else None


def _only(value: object) -> frozenset[str] | None:
    """No list, or one that names no source, means all of them."""
    named = _SOURCES.intersection(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else None
    return named or None
