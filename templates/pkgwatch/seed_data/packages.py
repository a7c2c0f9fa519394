"""The items of the seeded packages, as the collector would have stored them.

No scores: the deployed scorer adds ``health_score``, ``risk_level`` and the rest as soon as an item arrives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.seeds import SeedContext
from templates.pkgwatch.seed_data import notes, npm, pypi
from templates.pkgwatch.seed_data.table import attributes, rows

TABLES = {"npm": npm.TABLE, "pypi": pypi.TABLE}
PENDING = "pending"

# Documented refresh interval of a tier in days, and hours until the next try by retries so far.
_REFRESHED = {1: 1.0, 2: 3.0, 3: 7.0}
_RETRY_HOURS = (1, 2, 4, 8, 24)
_ADVISORY = "https://osv.dev/vulnerability/"


def items(context: SeedContext) -> Iterator[dict[str, Any]]:
    """The packages table's items, npm first; one is still to be collected if it has no ``collected_at``."""
    for ecosystem, table in TABLES.items():
        for position, row in enumerate(rows(table)):
            item = {
                "pk": f"{ecosystem}#{row['name']}",
                "sk": "LATEST",
                "ecosystem": ecosystem,
                "name": row["name"],
                "queryable": False,
                **attributes(row),
                **_status(context, row["status"]),
            }
            more = _expected(context) if row["status"] == PENDING else _collected(context, item, row, position)
            yield {name: value for name, value in (item | more).items() if value not in (None, "")}


def _status(context: SeedContext, text: str) -> dict[str, Any]:
    """``partial/github/2`` -> status, missing sources, retries, and when the next one is due.

    Only what is retried has ``next_retry_at``: an index leaves out items without it."""
    status, missing, retries = text.split("/") if "/" in text else (text, "", "0")
    retried = status in {PENDING, "partial", "minimal"}
    return {
        "data_status": status,
        "missing_sources": missing.split(",") if missing else [],
        "retry_count": int(retries),
        "next_retry_at": context.days_ago(-_RETRY_HOURS[int(retries)] / 24) if retried else None,
    }


def _expected(context: SeedContext) -> dict[str, Any]:
    """A package the pipeline has yet to collect."""
    return {"last_updated": context.now, "source": "seed_packages", "seeded_at": context.now}


def _collected(context: SeedContext, item: Mapping[str, Any], row: Mapping[str, str], position: int) -> dict[str, Any]:
    # Refreshes are spread over the tier's rhythm, as the dispatcher does it; 37 visits every hundredth once.
    age = 0.05 + 0.9 * _REFRESHED[item["tier"]] * (position * 37 % 100) / 100
    collected = context.now if item.get("next_retry_at") else context.days_ago(age)
    return {
        "last_updated": collected,
        "data_updated_at": collected,
        "collected_at": collected,
        "data_freshness": "fresh",
        **_registry(context, item, row, collected),
        **_repository(item, row),
        **_security(item, row),
    }


def _registry(context: SeedContext, item: Mapping[str, Any], row: Mapping[str, str], collected: str) -> dict[str, Any]:
    message = notes.DEPRECATED.get(item["pk"])
    found: dict[str, Any] = {
        "created_at": f"{row['created']}T00:00:00+00:00" if "created" in row else None,
        "last_published": context.days_ago(int(row["released"])) if "released" in row else None,
        "is_deprecated": message is not None,
        "deprecation_message": message,
        "licenses": [row["license"]] if "license" in row else [],
        "sources": [source for source in _sources(item, row) if source not in item["missing_sources"]],
    }
    if item["weekly_downloads"]:
        bulk = "npm_api" if item["name"].startswith("@") else "bulk"
        found |= {
            "downloads_status": "collected",
            "downloads_source": bulk if item["ecosystem"] == "npm" else "pypistats",
            "downloads_fetched_at": collected,
        }
    return found


def _sources(item: Mapping[str, Any], row: Mapping[str, str]) -> list[str]:
    """The sources a package has: GitHub only with a repository."""
    return ["deps.dev", item["ecosystem"], *(["github"] if "repository" in row else [])]


def _repository(item: Mapping[str, Any], row: Mapping[str, str]) -> dict[str, Any]:
    if "repository" not in row:
        return {"archived": False}
    found: dict[str, Any] = {
        "repository_url": f"https://github.com/{row['repository']}",
        "archived": item["pk"] in notes.ARCHIVED,
    }
    if "true_bus_factor" in item:
        commits = item["commits_90d"]
        found["bus_factor_confidence"] = "HIGH" if commits >= 100 else "MEDIUM" if commits >= 30 else "LOW"
    return found


def _security(item: Mapping[str, Any], row: Mapping[str, str]) -> dict[str, Any]:
    advisories = [
        {
            "id": number,
            "url": _ADVISORY + number,
            "title": title,
            "aliases": [alias],
            "cvss3_score": score,
            "severity": severity,
        }
        for number, alias, severity, score, title in notes.ADVISORIES.get(item["pk"], ())
    ]
    checks = {
        "Security-Policy": 10 if row["policy"] == "yes" else 0,
        "License": 10 if "license" in row else 0,
        "Maintained": min(10, item["commits_90d"]),  # the scorecard's own measure: a commit a week for 90 days
        "Vulnerabilities": max(0, 10 - len(advisories)),
    }
    scored = [{"name": name, "score": score, "reason": ""} for name, score in checks.items()]
    return {"advisories": advisories, "openssf_checks": scored if "openssf_score" in item else []}
