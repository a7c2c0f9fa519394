"""The port to AWS's price list."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Offer:
    """An on-demand price: ``tiers`` are (up to how many units, None for any number; US dollars for each)."""

    unit: str
    tiers: tuple[tuple[Decimal | None, Decimal], ...]


class Pricing(Protocol):
    """AWS's price list."""

    def offers(self, service: str, usage_type: str, region: str) -> tuple[Offer, ...]:
        """The different prices of a usage type in a region, in US dollars; () if the list has none."""
