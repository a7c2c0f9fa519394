"""Quarterly function: adds the most downloaded PyPI packages that are missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.pkgwatch.collect.discovery.audit import Audit, run_audit
from handlers.pkgwatch.collect.discovery.rankings import RankedPackage, pypi_ranking
from handlers.pkgwatch.runtime.settings import settings

LIMIT = 8000
MIN_DOWNLOADS = 10_000  # a month

_WEEKS = 4  # in a month of downloads


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with status code and counts."""
    url = settings().top_pypi_packages_url
    return run_audit(context, _AUDIT, lambda client: pypi_ranking(client, url, LIMIT))


def _attributes(ranked: RankedPackage) -> Mapping[str, Any] | None:
    if ranked.monthly_downloads < MIN_DOWNLOADS:
        return None
    return {"weekly_downloads": ranked.monthly_downloads // _WEEKS}


_AUDIT = Audit("pypi", "pypi_audit", "PypiAudit", _attributes)
