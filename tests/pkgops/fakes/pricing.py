"""AWS's price list in memory."""

from __future__ import annotations

from pkgops.ports.pricing import Offer


class FakePricing:
    """`pkgops.ports.pricing.Pricing`: ``lists`` maps usage types, with their region's prefix, to offers."""

    def __init__(self, lists: dict[str, tuple[Offer, ...]] | None = None) -> None:
        self.lists = lists or {}
        self.asked: list[tuple[str, str, str]] = []

    def offers(self, service: str, usage_type: str, region: str) -> tuple[Offer, ...]:
        self.asked.append((service, usage_type, region))
        return self.lists.get(usage_type, ())
