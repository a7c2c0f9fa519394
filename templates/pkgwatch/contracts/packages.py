"""The contracts of the package routes: what callers may rely on, and which bodies the gateway lets through."""

from __future__ import annotations

from pkgops.kit.contract import (
    ANY,
    BOOLEAN,
    DATE_TIME,
    INTEGER,
    NUMBER,
    STRING,
    Body,
    Contract,
    ErrorResponse,
    QueryParameter,
    Response,
    array_of,
    map_of,
    nullable,
    object_of,
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
_MAYBE_TRUTH = nullable(BOOLEAN)
_PERCENT = {"type": "number", "minimum": 0, "maximum": 100}
_COMPONENTS = ("maintainer_health", "user_centric", "evolution_health", "community_health", "security_health")
_RISKS = ("inactivity_risk", "bus_factor_risk", "adoption_risk", "release_risk")
_ABANDONMENT = {
    "probability": _PERCENT,
    "time_horizon_months": INTEGER,
    "risk_factors": array_of(STRING),
    "components": object_of(dict.fromkeys(_RISKS, _PERCENT)),
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
_CONFIDENCE = object_of(
    {"score": _PERCENT, "level": one_of("HIGH", "MEDIUM", "LOW", "INSUFFICIENT_DATA")},
    {"data_quality": one_of("high", "medium", "low"), "interval_margin": NUMBER, "reason": STRING},
)
_CHECKS = object_of(
    {
        "summary": map_of(object_of({"score": NUMBER, "status": one_of("pass", "partial", "fail")})),
        "all_checks": array_of(object_of({"name": MAYBE_TEXT, "score": NUMBER, "reason": STRING})),
    }
)
_PACKAGE = object_of(
    {
        "package": STRING,
        "ecosystem": ECOSYSTEM,
        "health_score": nullable(_PERCENT),
        "risk_level": RISK,
        "abandonment_risk": nullable(object_of(_ABANDONMENT)),
        "components": nullable(object_of(dict.fromkeys(_COMPONENTS, _PERCENT))),
        "confidence": nullable(_CONFIDENCE),
        "signals": object_of(_SIGNALS),
        "openssf_checks": _CHECKS,
        "advisories": array_of(ANY),
        "latest_version": MAYBE_TEXT,
        "last_published": MAYBE_TEXT,
        "repository_url": MAYBE_TEXT,
        "last_updated": MAYBE_TEXT,
        "data_quality": object_of(
            {
                "status": STRING,
                "assessment": QUALITY,
                "missing_sources": array_of(STRING),
                "has_repository": BOOLEAN,
                "explanation": STRING,
            }
        ),
        "feedback_url": STRING,
    },
    {"usage_alert": USAGE_ALERT},
)
_COLLECTING = object_of(
    {
        "status": one_of("collecting"),
        "package": STRING,
        "ecosystem": ECOSYSTEM,
        "data_status": STATUS,
        "message": STRING,
        "retry_after_seconds": {"type": "integer", "enum": [60, 300]},
    }
)
_WARNING = {"X-Auth-Warning": "api_key_not_recognized: the key sent is not known, the request counts as a demo."}
_DEMO = {"X-Demo-Mode": "true without a key."}
_SCANNED = object_of(
    {
        "package": STRING,
        "health_score": nullable(_PERCENT),
        "risk_level": RISK,
        "abandonment_risk": object_of({}, _ABANDONMENT),
        "is_deprecated": BOOLEAN,
        "archived": BOOLEAN,
        "last_updated": MAYBE_TEXT,
        "data_quality": object_of({"assessment": QUALITY, "has_repository": BOOLEAN}),
    }
)
_SCAN = object_of(
    {
        **dict.fromkeys(("total", "critical", "high", "medium", "low"), INTEGER),
        "packages": array_of(_SCANNED),
        "not_found": array_of(STRING),
        "data_quality": object_of(
            dict.fromkeys(("verified_count", "partial_count", "unverified_count", "unavailable_count"), INTEGER)
        ),
        "verified_risk_count": INTEGER,
        "unverified_risk_count": INTEGER,
    },
    {
        "discovery": object_of({"queued": INTEGER, "skipped": INTEGER, "message": STRING}),
        "usage_alert": USAGE_ALERT,
    },
)

HEALTH = Contract(
    "Does the API answer?",
    {
        200: Response(
            "It does.",
            object_of({"status": one_of("healthy"), "version": STRING, "timestamp": DATE_TIME}),
            {"Cache-Control": "no-cache"},
        )
    },
    has_request_id=True,
)
GET_PACKAGE = Contract(
    "How healthy is this package?",
    {
        200: Response("Its score and what it is made of.", _PACKAGE, {**LIMITS, **ALERT, **_DEMO, **_WARNING}),
        202: Response("Its data is still being collected.", _COLLECTING, {**RETRY, **_WARNING}),
    },
    {
        400: ("missing_parameter", "invalid_package_name", "invalid_ecosystem"),
        404: ErrorResponse(("package_not_found",), {"details": object_of({"request_url": STRING})}),
        429: ErrorResponse(
            ("rate_limit_exceeded", "demo_rate_limit_exceeded"),
            {"retry_after_seconds": INTEGER, "upgrade_url": STRING, "signup_url": STRING},
            {**RETRY, **_WARNING, **{name: text for name, text in LIMITS.items() if name != "X-RateLimit-Reset"}},
        ),
        500: FAILED,
    },
    callers=("", KEY),
    query=(QueryParameter("include_incomplete", "true: answer with what there is instead of 202."),),
    has_request_id=True,
)
SCAN = Contract(
    "How healthy are these dependencies?",
    {200: Response("What was found, the worst first.", _SCAN, {**LIMITS, **ALERT})},
    {
        400: ("invalid_json", "invalid_ecosystem", "no_dependencies", "too_many_dependencies"),
        401: ("invalid_api_key",),
        429: ("rate_limit_exceeded",),
        500: FAILED,
    },
    callers=(KEY,),
    has_request_id=True,
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
        200: Response(
            "It is there already, or will be soon.",
            object_of(
                {"status": one_of("exists", "queued"), "package": STRING, "ecosystem": ECOSYSTEM, "message": STRING},
                {"eta_minutes": INTEGER},
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
        200: Response(
            "The score, or why it cannot be shown.", STRING, {"Cache-Control": "How long it holds."}, "image/svg+xml"
        )
    },
    {500: FAILED},
    query=(
        QueryParameter("label", "The text on the left."),
        QueryParameter("style", "flat or flat-square; anything else is flat."),
    ),
)
