"""Whose dependencies are looked through for packages we do not know?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from handlers.common.dynamodb import Table
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid
from handlers.pkgwatch.runtime.message_batches import Outgoing

TIERS = (1, 2)
EACH = 150  # packages of a tier, those collected last
TOGETHER = 10  # packages a message


def chosen(packages: Table) -> dict[str, list[str]]:
    """Names by ecosystem."""
    found: dict[str, list[str]] = {ecosystem: [] for ecosystem in ECOSYSTEMS}
    for tier in TIERS:
        newest = packages.pages("tier-index", "#tier = :tier", {"tier": tier}, "", True)
        for item in islice(newest, EACH):
            ecosystem, _, name = item["pk"].partition("#")
            if ecosystem in found and is_valid(ecosystem, name):
                found[ecosystem].append(name)
    return found


def messages(names: dict[str, list[str]]) -> Iterator[Outgoing]:
    """Messages of ten packages of one ecosystem each."""
    for ecosystem, known in names.items():
        for start in range(0, len(known), TOGETHER):
            yield Outgoing({"packages": known[start : start + TOGETHER], "ecosystem": ecosystem})
