"""Quarterly function: adds the npm packages that npms.io ranks high and that are missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.pkgwatch.collect.discovery.audit import Audit, run_audit
from handlers.pkgwatch.collect.discovery.rankings import RankedPackage, npm_ranking
from handlers.pkgwatch.runtime.settings import settings

LIMIT = 5000
MIN_SCORE = 0.5


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with status code and counts."""
    base = settings().npmsio_base_url
    return run_audit(context, _AUDIT, lambda client: npm_ranking(client, base, LIMIT))


def _attributes(ranked: RankedPackage) -> Mapping[str, Any] | None:
    return {"npmsio_score": ranked.score} if ranked.score >= MIN_SCORE else None


_AUDIT = Audit("npm", "npmsio_audit", "NpmsioAudit", _attributes)
