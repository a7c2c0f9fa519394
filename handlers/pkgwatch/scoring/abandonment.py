"""The abandonment risk of a package: how likely it is to be abandoned within some months."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

from handlers.pkgwatch.scoring.inputs import UNKNOWN_DAYS, ScoringInputs

DEFAULT_MONTHS = 12
_MAX_RISK = 0.95  # also the risk of archived and deprecated packages
_MAX_NOTE = 200
_REMOVED_FROM_NOTES = str.maketrans("", "", '<>&"')


def abandonment_risk(inputs: ScoringInputs, months: object = DEFAULT_MONTHS) -> dict[str, Any]:
    """The probability in percent within ``months`` (at least 1; 12 if that is not a number), its components after
    dampening, and its risk factors as sentences."""
    horizon = _months(months)
    release_days = UNKNOWN_DAYS if inputs.release_age is None else max(0, inputs.release_age)
    dampened = 1 - 0.3 * inputs.popularity
    inactivity = (1 - exp(-inputs.idle_days / 180)) * dampened
    bus_factor = exp(-max(1, inputs.contributors) / 2)
    adoption = min(0.9, max(0.1, 0.9 - inputs.log_downloads / 7))
    release = (1 - exp(-release_days / 365)) * dampened
    base = 0.35 * inactivity + 0.30 * bus_factor + 0.20 * adoption + 0.15 * release
    risk = min(1 - exp(-((horizon / (52 * exp(-2.8 * base))) ** 1.5)), _MAX_RISK)
    if inputs.item.get("archived") or inputs.item.get("is_deprecated"):
        risk = _MAX_RISK
    return {
        "probability": round(100 * risk, 1),
        "time_horizon_months": horizon,
        "risk_factors": _activity_factors(inputs, release_days) + _status_factors(inputs.item),
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


def _activity_factors(inputs: ScoringInputs, release_days: int) -> list[str]:
    found = []
    if inputs.idle_days > 180:
        found.append(f"No commits in {int(inputs.idle_days)} days")
    elif inputs.idle_days > 90:
        found.append(f"Low commit activity ({int(inputs.idle_days)} days since last commit)")
    if inputs.contributors <= 1:
        found.append("Single maintainer (bus factor = 1)")
    elif inputs.contributors <= 2:
        found.append(f"Small maintainer pool ({int(inputs.contributors)} active contributors)")
    if inputs.downloads < 1000:
        found.append(f"Low adoption ({int(inputs.downloads):,} weekly downloads)")
    if release_days > 365:
        found.append(f"No releases in {release_days} days")
    elif release_days > 180:
        found.append(f"Infrequent releases ({release_days} days since last)")
    return found


def _status_factors(item: Mapping[str, Any]) -> list[str]:
    found = ["Repository is archived"] if item.get("archived") else []
    if item.get("is_deprecated"):
        found.append("Package is deprecated")
        message = item.get("deprecation_message")
        note = message[:_MAX_NOTE].translate(_REMOVED_FROM_NOTES).strip() if isinstance(message, str) else ""
        if note:
            found.append(f"Deprecation note: {note}")
    return found
