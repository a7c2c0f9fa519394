"""The messages of the package queue, as the collector reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.common.queue_messages import json_object
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalize
from handlers.pkgwatch.packages.package_queue import NEW_PACKAGE_TIER

RETRY = "incomplete_data_retry"
# The reasons that set the tier: the refresh dispatcher's (manual ones, too) and seeding.
_TIER_REASONS = {"daily_refresh", "three_day_refresh", "daily_tier3_refresh", "manual", "seed_packages"}
_REQUEST_REASONS = {"user_request", "scan_discovery"}
_TIERS = (1, 2, 3)
_SOURCES = frozenset({"deps.dev", "npm", "pypi", "github", "openssf", "bundlephobia"})


class UnreadableMessage(Exception):  # noqa: N818 - an outcome, not an error
    """The message is not a JSON object."""


class InvalidMessage(Exception):  # noqa: N818 - an outcome, not an error
    """The message does not name a package that can exist."""


@dataclass(frozen=True, slots=True)
class Message:
    """A package to collect, its name normalized; ``sources`` are those to query again, None for all of them."""

    ecosystem: str
    name: str
    tier: int | None
    reason: str
    force_refresh: bool
    sources: frozenset[str] | None

    @property
    def is_retry(self) -> bool:
        """Whether the message retries an incomplete collection."""
        return self.reason == RETRY

    @property
    def is_request(self) -> bool:
        """Whether a user is waiting for this package."""
        return self.reason in _REQUEST_REASONS

    def tier_of(self, existing: Mapping[str, Any]) -> int:
        """The tier the item gets: its own, unless the message's reason sets it."""
        stored = _tier(existing.get("tier"))
        if stored is None or self.reason in _TIER_REASONS:
            return self.tier or stored or NEW_PACKAGE_TIER
        return stored


def read_message(body: object) -> Message:
    """The message in the body of a queue record. Raises `UnreadableMessage` and `InvalidMessage`."""
    content = json_object(body)
    if content is None:
        raise UnreadableMessage("The body must be a JSON object.")
    ecosystem, name = content.get("ecosystem"), content.get("name")
    if ecosystem not in ECOSYSTEMS or not isinstance(name, str):
        raise InvalidMessage("A message needs the ecosystem npm or pypi, and a name.")
    name = normalize(ecosystem, name)
    if not is_valid(ecosystem, name):
        raise InvalidMessage("No package can have that name.")
    return Message(
        ecosystem=ecosystem,
        name=name,
        tier=_tier(content.get("tier")),
        reason=str(content.get("reason") or ""),
        force_refresh=content.get("force_refresh") is True,
        sources=_sources(content.get("retry_sources")),
    )


def _tier(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and value in _TIERS else None


def _sources(value: object) -> frozenset[str] | None:
    """A value that is not a list, or names no source, means all of them."""
    named = _SOURCES.intersection(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else None
    return named or None
