"""What does a scorecard of the OpenSSF say about a repository?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from handlers.common.timestamps import parse
from handlers.pkgwatch.collect.upstream.client import Web

Score = Annotated[float, msgspec.Meta(ge=-1, le=10)]
FRESH = timedelta(days=7)
_MOST_CHECKS = 100
_LONGEST_REASON = 200


class _Card(msgspec.Struct):
    score: Score
    checks: list[Any] = []
    date: str = ""


def collect(web: Web, base: str, owner: str, name: str, attempts: int = 1) -> dict[str, Any]:
    """Score, checks and the scorecard's date. Raises `Absent` if there is no scorecard, and `Failed`."""
    card = web.get(f"{base}/projects/github.com/{owner}/{name}", _Card, attempts)
    return {"openssf_score": card.score, "openssf_checks": listed_checks(card.checks), "openssf_date": card.date}


def listed_checks(checks: Sequence[Any]) -> list[dict[str, Any]]:
    """The checks that have a score; -1 means that the scorecard cannot say."""
    found = []
    for check in checks[:_MOST_CHECKS]:
        score = check.get("score") if isinstance(check, Mapping) else None
        if isinstance(score, int | float) and not isinstance(score, bool) and score >= 0:
            reason = str(check.get("reason") or "")[:_LONGEST_REASON]
            found.append({"name": str(check.get("name") or "")[:100], "score": score, "reason": reason})
    return found


def fresh(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether the item's score, or that there is none, was learnt within the last week."""
    learnt = parse(item.get("openssf_checked_at")) or parse(item.get("openssf_date"))
    known = item.get("openssf_score") is not None or item.get("openssf_source") == "not_found"
    return known and learnt is not None and now - learnt < FRESH
