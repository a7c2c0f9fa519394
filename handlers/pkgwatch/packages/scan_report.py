"""What does a scan say about the packages it found?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handlers.pkgwatch.packages.package_view import scan_view

_LEVELS = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
_RANKS = {level: rank for rank, level in enumerate(_LEVELS)}
_ASSESSMENTS = ("VERIFIED", "PARTIAL", "UNVERIFIED", "UNAVAILABLE")


def scan_report(total: int, found: Mapping[str, Mapping[str, Any]], missing: Sequence[str]) -> dict[str, Any]:
    """The body of a scan: worst packages first, then by name; ``total`` is what was charged for."""
    packages = [scan_view(name, item) for name, item in found.items()]
    packages.sort(key=lambda entry: (_RANKS.get(entry["risk_level"], len(_LEVELS)), entry["package"]))
    levels = [entry["risk_level"] for entry in packages]
    assessments = [entry["data_quality"]["assessment"] for entry in packages]
    risky = [a for level, a in zip(levels, assessments, strict=True) if level in ("CRITICAL", "HIGH")]
    return {
        "total": total,
        **{level.lower(): levels.count(level) for level in _LEVELS},
        "packages": packages,
        "not_found": list(missing),
        "data_quality": {f"{name.lower()}_count": assessments.count(name) for name in _ASSESSMENTS},
        "verified_risk_count": risky.count("VERIFIED"),
        "unverified_risk_count": len(risky) - risky.count("VERIFIED"),
    }
