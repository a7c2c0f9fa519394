"""How likely is a package to be abandoned within some months?"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

from handlers.pkgwatch.scoring.facts import UNKNOWN_DAYS, Facts

DEFAULT_MONTHS = 12
_CERTAIN = 0.95  # archived and deprecated packages; the model never says more either
_LONGEST_NOTE = 200
_NOT_IN_NOTES = str.maketrans("", "", '<>&"')


def abandonment_risk(facts: Facts, months: object = DEFAULT_MONTHS) -> dict[str, Any]:
    """Probability in percent within ``months`` (12 if that is no number, at least 1), its parts after
    dampening, and what speaks for it as sentences."""
    horizon = _months(months)
    release_days = UNKNOWN_DAYS if facts.release_age is None else max(0, facts.release_age)
    dampened = 1 - 0.3 * facts.popularity
    inactivity = (1 - exp(-facts.idle_days / 180)) * dampened
    bus_factor = exp(-max(1, facts.contributors) / 2)
    adoption = min(0.9, max(0.1, 0.9 - facts.log_downloads / 7))
    release = (1 - exp(-release_days / 365)) * dampened
    base = 0.35 * inactivity + 0.30 * bus_factor + 0.20 * adoption + 0.15 * release
    risk = min(1 - exp(-((horizon / (52 * exp(-2.8 * base))) ** 1.5)), _CERTAIN)
    if facts.item.get("archived") or facts.item.get("is_deprecated"):
        risk = _CERTAIN
    return {
        "probability": round(100 * risk, 1),
        "time_horizon_months": horizon,
        "risk_factors": _activity(facts, release_days) + _ended(facts.item),
        "components": {
            "inactivity_risk": round(100 * inactivity, 1),
            "bus_factor_risk": round(100 * bus_factor, 1),
            "adoption_risk": round(100 * adoption, 1),
            "release_risk": round(100 * release, 1),
        },
    }


def _months(value: Any) -> int:
    try:
        return max(1, int(value))
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_MONTHS


def _activity(facts: Facts, release_days: int) -> list[str]:
    found = []
    if facts.idle_days > 180:
        found.append(f"No commits in {int(facts.idle_days)} days")
    elif facts.idle_days > 90:
        found.append(f"Low commit activity ({int(facts.idle_days)} days since last commit)")
    if facts.contributors <= 1:
        found.append("Single maintainer (bus factor = 1)")
    elif facts.contributors <= 2:
        found.append(f"Small maintainer pool ({int(facts.contributors)} active contributors)")
    if facts.downloads < 1000:
        found.append(f"Low adoption ({int(facts.downloads):,} weekly downloads)")
    if release_days > 365:
        found.append(f"No releases in {release_days} days")
    elif release_days > 180:
        found.append(f"Infrequent releases ({release_days} days since last)")
    return found


def _ended(item: Mapping[str, Any]) -> list[str]:
    found = ["Repository is archived"] if item.get("archived") else []
    if item.get("is_deprecated"):
        found.append("Package is deprecated")
        message = item.get("deprecation_message")
        note = message[:_LONGEST_NOTE].translate(_NOT_IN_NOTES).strip() if isinstance(message, str) else ""
        if note:
            found.append(f"Deprecation note: {note}")
    return found
