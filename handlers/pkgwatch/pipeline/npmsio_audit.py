"""On schedule: add the npm packages npms.io ranks high and we do not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.pkgwatch.collect.discovery import rankings
from handlers.pkgwatch.collect.discovery.audit import Audit
from handlers.pkgwatch.collect.discovery.audit_answer import answer
from handlers.pkgwatch.runtime.settings import settings

MOST = 5000
LEAST_SCORE = 0.5


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `audit_answer.answer`."""
    return answer(NPMSIO, lambda web: rankings.npm(web, settings().npmsio_base_url, MOST), context)


def _attributes(ranked: rankings.Ranked) -> Mapping[str, Any] | None:
    return {"npmsio_score": ranked.score} if ranked.score >= LEAST_SCORE else None


NPMSIO = Audit("npm", "npmsio_audit", "NpmsioAudit", _attributes)
