"""When is a package scored, and what is stored?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse
from handlers.pkgwatch.packages.data_quality import queryable
from handlers.pkgwatch.packages.package_names import package_key
from handlers.pkgwatch.scoring.score import score

_STORED = (
    "health_score",
    "risk_level",
    "score_components",
    "confidence",
    "confidence_interval",
    "abandonment_risk",
    "scored_at",
    "queryable",
)
_CHANGE = "SET " + ", ".join(f"{name} = :{name}" for name in _STORED) + " REMOVE force_rescore"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one package: an HTTP-like status and a body; from 500 on it is worth another try."""

    status: int
    body: Mapping[str, Any]

    @property
    def skipped(self) -> bool:
        """Nothing had to be done."""
        return bool(self.body.get("skipped"))


def skip(reason: str) -> Outcome:
    """There was nothing to do, and why."""
    return Outcome(200, {"skipped": True, "reason": reason})


def failure(status: int, code: str, message: str) -> Outcome:
    """The package could not be scored."""
    return Outcome(status, {"error": {"code": code, "message": message}})


def rescore(packages: Table, key: Key, now: datetime) -> Outcome:
    """Scores a package unless that was done since it was collected. Status 404 for an unknown one, 500 if the
    table does not answer."""
    try:
        item = packages.get(key)
        if item is None:
            return failure(404, "package_not_found", f"There is no item {key[0]}.")
        return _due(item) or _store(packages, key, item, now)
    except ServiceError:
        logger.exception("A package could not be scored", extra={"package": key[0]})
        return failure(500, "internal_error", "The table did not answer.")


def rescore_named(packages: Table, message: Mapping[str, Any], now: datetime) -> Outcome:
    """As `rescore`, for ``{"ecosystem", "name"}``; status 400 without a name."""
    name = message.get("name")
    if not name or not isinstance(name, str):
        return failure(400, "missing_name", "Name a package.")
    return rescore(packages, package_key(str(message.get("ecosystem") or "npm"), name), now)


def _due(item: Mapping[str, Any]) -> Outcome | None:
    collected = parse(item.get("collected_at"))
    if collected is None:
        return skip("not_collected")
    scored = parse(item.get("scored_at"))
    if scored and scored > collected and item.get("force_rescore") is not True:
        return skip("already_scored")
    return None


def _store(packages: Table, key: Key, item: Mapping[str, Any], now: datetime) -> Outcome:
    """Writes on condition that the item is still the one that was scored: a collection in between brings its
    own event, and its item must not be marked as scored by us."""
    scores = _finite(score(item, now))
    values = {
        **scores,
        "scored_at": iso(now),
        "queryable": queryable({**item, "health_score": scores["health_score"]}),
        "collected": item["collected_at"],
    }
    try:
        packages.update(key, _CHANGE, values, "collected_at = :collected")
    except ConditionFailed:
        return skip("collected_again")
    ecosystem, _, name = key[0].partition("#")
    shown = {field: scores[field] for field in ("health_score", "risk_level", "confidence", "abandonment_risk")}
    body = {"package": name, "ecosystem": ecosystem, **shown, "components": scores["score_components"]}
    return Outcome(200, body)


def _finite(value: Any) -> Any:
    """The table knows neither NaN nor infinity: they become 0."""
    if isinstance(value, float):
        return value if isfinite(value) else 0
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    return [_finite(entry) for entry in value] if isinstance(value, list) else value
