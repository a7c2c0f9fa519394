"""On schedule: add the PyPI packages that are downloaded most and we do not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.pkgwatch.collect.discovery import rankings
from handlers.pkgwatch.collect.discovery.audit import Audit
from handlers.pkgwatch.collect.discovery.audit_answer import answer
from handlers.pkgwatch.runtime.settings import settings

MOST = 8000
LEAST_DOWNLOADS = 10_000  # a month

_WEEKS = 4  # a month of downloads is taken for


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `audit_answer.answer`."""
    return answer(PYPI, lambda web: rankings.pypi(web, settings().top_pypi_packages_url, MOST), context)


def _attributes(ranked: rankings.Ranked) -> Mapping[str, Any] | None:
    return {"weekly_downloads": ranked.month // _WEEKS} if ranked.month >= LEAST_DOWNLOADS else None


PYPI = Audit("pypi", "pypi_audit", "PypiAudit", _attributes)
