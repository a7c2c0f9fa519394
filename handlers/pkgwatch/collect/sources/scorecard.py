"""Source OpenSSF: the security scorecard of a repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from handlers.common.timestamps import parse
from handlers.pkgwatch.collect.upstream.client import UpstreamClient

Score = Annotated[float, msgspec.Meta(ge=-1, le=10)]
FRESH = timedelta(days=7)
_MAX_CHECKS = 100
_MAX_REASON = 200


class _Scorecard(msgspec.Struct):
    score: Score
    checks: list[Any] = []
    date: str = ""


def collect(client: UpstreamClient, base: str, owner: str, name: str) -> dict[str, Any]:
    """Score, checks and date of the scorecard. One attempt; raises `NotFound` if there is none, and `UpstreamError`."""
    card = client.get(f"{base}/projects/github.com/{owner}/{name}", _Scorecard, attempts=1)
    return {"openssf_score": card.score, "openssf_checks": scored_checks(card.checks), "openssf_date": card.date}


def scored_checks(checks: Sequence[Any]) -> list[dict[str, Any]]:
    """The checks that have a score; -1 means that the check could not be made."""
    found = []
    for check in checks[:_MAX_CHECKS]:
        score = check.get("score") if isinstance(check, Mapping) else None
        if isinstance(score, int | float) and not isinstance(score, bool) and score >= 0:
            reason = str(check.get("reason") or "")[:_MAX_REASON]
            found.append({"name": str(check.get("name") or "")[:100], "score": score, "reason": reason})
    return found


def is_fresh(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether the item's score, or the fact that there is none, was read within the last week."""
    read = parse(item.get("openssf_checked_at")) or parse(item.get("openssf_date"))
    known = item.get("openssf_score") is not None or item.get("openssf_source") == "not_found"
    return known and read is not None and now - read < FRESH
