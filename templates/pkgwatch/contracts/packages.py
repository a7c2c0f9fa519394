"""The contracts of the package routes: what callers may rely on, and which bodies the gateway lets through."""

from __future__ import annotations

from pkgops.kit.contract import (
    ANY,
    MOMENT,
    NUMBER,
    TEXT,
    TRUTH,
    WHOLE,
    Answer,
    Body,
    Contract,
    Query,
    Refusal,
    array,
    mapping,
    nullable,
    obj,
    one_of,
)
from templates.pkgwatch.contracts.shared import (
    ALERT,
    ECOSYSTEM,
    FAILED,
    KEY,
    LIMITS,
    MAYBE_TEXT,
    QUALITY,
    RETRY,
    RISK,
    STATUS,
    USAGE_ALERT,
    text,
)

_MAYBE_NUMBER = nullable(NUMBER)
_MAYBE_TRUTH = nullable(TRUTH)
_PERCENT = {"type": "number", "minimum": 0, "maximum": 100}
_COMPONENTS = ("maintainer_health", "user_centric", "evolution_health", "community_health", "security_health")
_RISKS = ("inactivity_risk", "bus_factor_risk", "adoption_risk", "release_risk")
_ABANDONMENT = {
    "probability": _PERCENT,
    "time_horizon_months": WHOLE,
    "risk_factors": array(TEXT),
    "components": obj(dict.fromkeys(_RISKS, _PERCENT)),
}
_SIGNALS = {
    **dict.fromkeys(
        (
            "weekly_downloads",
            "dependents_count",
            "stars",
            "days_since_last_commit",
            "commits_90d",
            "active_contributors_90d",
            "maintainer_count",
            "openssf_score",
            "true_bus_factor",
        ),
        _MAYBE_NUMBER,
    ),
    "is_deprecated": _MAYBE_TRUTH,
    "archived": _MAYBE_TRUTH,
    "bus_factor_confidence": MAYBE_TEXT,
}
_CONFIDENCE = obj(
    {"score": _PERCENT, "level": one_of("HIGH", "MEDIUM", "LOW", "INSUFFICIENT_DATA")},
    {"data_quality": one_of("high", "medium", "low"), "interval_margin": NUMBER, "reason": TEXT},
)
_CHECKS = obj(
    {
        "summary": mapping(obj({"score": NUMBER, "status": one_of("pass", "partial", "fail")})),
        "all_checks": array(obj({"name": MAYBE_TEXT, "score": NUMBER, "reason": TEXT})),
    }
)
_PACKAGE = obj(
    {
        "package": TEXT,
        "ecosystem": ECOSYSTEM,
        "health_score": nullable(_PERCENT),
        "risk_level": RISK,
        "abandonment_risk": nullable(obj(_ABANDONMENT)),
        "components": nullable(obj(dict.fromkeys(_COMPONENTS, _PERCENT))),
        "confidence": nullable(_CONFIDENCE),
        "signals": obj(_SIGNALS),
        "openssf_checks": _CHECKS,
        "advisories": array(ANY),
        "latest_version": MAYBE_TEXT,
        "last_published": MAYBE_TEXT,
        "repository_url": MAYBE_TEXT,
        "last_updated": MAYBE_TEXT,
        "data_quality": obj(
            {
                "status": TEXT,
                "assessment": QUALITY,
                "missing_sources": array(TEXT),
                "has_repository": TRUTH,
                "explanation": TEXT,
            }
        ),
        "feedback_url": TEXT,
    },
    {"usage_alert": USAGE_ALERT},
)
_COLLECTING = obj(
    {
        "status": one_of("collecting"),
        "package": TEXT,
        "ecosystem": ECOSYSTEM,
        "data_status": STATUS,
        "message": TEXT,
        "retry_after_seconds": {"type": "integer", "enum": [60, 300]},
    }
)
_WARNING = {"X-Auth-Warning": "api_key_not_recognized: the key sent is not known, the request counts as a demo."}
_DEMO = {"X-Demo-Mode": "true without a key."}
_SCANNED = obj(
    {
        "package": TEXT,
        "health_score": nullable(_PERCENT),
        "risk_level": RISK,
        "abandonment_risk": obj({}, _ABANDONMENT),
        "is_deprecated": TRUTH,
        "archived": TRUTH,
        "last_updated": MAYBE_TEXT,
        "data_quality": obj({"assessment": QUALITY, "has_repository": TRUTH}),
    }
)
_SCAN = obj(
    {
        **dict.fromkeys(("total", "critical", "high", "medium", "low"), WHOLE),
        "packages": array(_SCANNED),
        "not_found": array(TEXT),
        "data_quality": obj(
            dict.fromkeys(("verified_count", "partial_count", "unverified_count", "unavailable_count"), WHOLE)
        ),
        "verified_risk_count": WHOLE,
        "unverified_risk_count": WHOLE,
    },
    {
        "discovery": obj({"queued": WHOLE, "skipped": WHOLE, "message": TEXT}),
        "usage_alert": USAGE_ALERT,
    },
)

HEALTH = Contract(
    "Does the API answer?",
    {
        200: Answer(
            "It does.",
            obj({"status": one_of("healthy"), "version": TEXT, "timestamp": MOMENT}),
            {"Cache-Control": "no-cache"},
        )
    },
    identified=True,
)
GET_PACKAGE = Contract(
    "How healthy is this package?",
    {
        200: Answer("Its score and what it is made of.", _PACKAGE, {**LIMITS, **ALERT, **_DEMO, **_WARNING}),
        202: Answer("Its data is still being collected.", _COLLECTING, {**RETRY, **_WARNING}),
    },
    {
        400: ("missing_parameter", "invalid_package_name", "invalid_ecosystem"),
        404: Refusal(("package_not_found",), {"details": obj({"request_url": TEXT})}),
        429: Refusal(
            ("rate_limit_exceeded", "demo_rate_limit_exceeded"),
            {"retry_after_seconds": WHOLE, "upgrade_url": TEXT, "signup_url": TEXT},
            {**RETRY, **_WARNING, **{name: text for name, text in LIMITS.items() if name != "X-RateLimit-Reset"}},
        ),
        500: FAILED,
    },
    callers=("", KEY),
    query=(Query("include_incomplete", "true: answer with what there is instead of 202."),),
    identified=True,
)
SCAN = Contract(
    "How healthy are these dependencies?",
    {200: Answer("What was found, the worst first.", _SCAN, {**LIMITS, **ALERT})},
    {
        400: ("invalid_json", "invalid_ecosystem", "no_dependencies", "too_many_dependencies"),
        401: ("invalid_api_key",),
        429: ("rate_limit_exceeded",),
        500: FAILED,
    },
    callers=(KEY,),
    identified=True,
    body=Body(
        "ScanRequest",
        {
            "content": {"type": "string"},
            "dependencies": {"type": "object"},
            "devDependencies": {"type": "object"},
            "ecosystem": ECOSYSTEM,
        },
    ),
)
REQUEST_PACKAGE = Contract(
    "Please collect this package",
    {
        200: Answer(
            "It is there already, or will be soon.",
            obj(
                {"status": one_of("exists", "queued"), "package": TEXT, "ecosystem": ECOSYSTEM, "message": TEXT},
                {"eta_minutes": WHOLE},
            ),
        )
    },
    {
        400: ("invalid_json", "missing_name", "invalid_ecosystem"),
        404: ("package_not_found",),
        429: ("rate_limit_exceeded",),
        500: ("db_error", *FAILED),
    },
    body=Body("RequestPackageRequest", {"name": text(1, 256), "ecosystem": ECOSYSTEM}, required=("name",)),
)
BADGE = Contract(
    "A package's score as a picture",
    {
        200: Answer(
            "The score, or why it cannot be shown.", TEXT, {"Cache-Control": "How long it holds."}, "image/svg+xml"
        )
    },
    {500: FAILED},
    query=(
        Query("label", "The text on the left."),
        Query("style", "flat or flat-square; anything else is flat."),
    ),
)
