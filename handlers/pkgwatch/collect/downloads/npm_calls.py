"""Which npm packages are counted in one call?"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.pkgwatch.collect.downloads import weekly as weekly_downloads
from handlers.pkgwatch.collect.upstream.client import Web


def calls(names: Sequence[str]) -> list[list[str]]:
    """128 at a time; scoped ones alone, because npm takes those only so."""
    plain = [name for name in names if not name.startswith("@")]
    together = [plain[start : start + weekly_downloads.BULK] for start in range(0, len(plain), weekly_downloads.BULK)]
    return together + [[name] for name in names if name.startswith("@")]


def fetch(web: Web, base: str, names: Sequence[str]) -> weekly_downloads.Counts:
    """The counts of one call. Raises `Absent` and `Failed`."""
    if len(names) == 1:
        return {names[0]: weekly_downloads.npm(web, base, names[0])}
    return weekly_downloads.npm_bulk(web, base, names)
