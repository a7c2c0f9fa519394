"""The answers of deps.dev and of the OpenSSF scorecards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from companions.pkgwatch.upstreams.catalog import Package, iso, packages, repositories
from companions.pkgwatch.upstreams.discovery import dependencies
from templates.pkgwatch.seed_data import notes

_PACKAGE = re.compile(
    r"/(v3|v3alpha)/systems/(\w+)/packages/([^/:]+)(?:/versions/([^/:]+)(:dependents|:dependencies)?)?"
)
_PROJECT = re.compile(r"/v3/projects/([^/]+)")
_ADVISORY = re.compile(r"/v3/advisories/([^/]+)")


def depsdev(path: str, _: Mapping[str, str], now: datetime) -> Any:
    """Packages, versions, dependents, dependencies, projects and advisories."""
    if found := _PACKAGE.fullmatch(path):
        api, system, name, version, what = found.groups()
        package = packages().get(f"{system.lower()}#{unquote(name)}")
        if package is None or not package.version:
            return None
        if version is None:
            return _versions(package, now)
        answers = {None: _version, ":dependents": _dependents, ":dependencies": _dependencies}
        return answers[what](package, unquote(version), now, api)
    if found := _PROJECT.fullmatch(path):
        package = repositories().get(unquote(found[1]).removeprefix("github.com/").lower())
        return _project(package, now) if package else None
    found = _ADVISORY.fullmatch(path)
    return _advisory(found[1]) if found else None


def _dependents(package: Package, version: str, now: datetime, api: str) -> Any:
    if api != "v3alpha" or version not in (package.version, *package.older()):
        return None
    count = package.count("dependents") if version == package.version else 1
    return {"dependentCount": count, "directDependentCount": count}


def _dependencies(package: Package, version: str, now: datetime, api: str) -> Any:
    return dependencies(package, version) if api == "v3" and version == package.version else None


def _versions(package: Package, now: datetime) -> dict[str, Any]:
    entries = [
        {
            "versionKey": {"system": package.ecosystem.upper(), "name": package.name, "version": version},
            "publishedAt": f"{package.created()}T00:00:00Z",
            "isDefault": False,
        }
        for version in package.older()
    ]
    newest = {
        "versionKey": {"system": package.ecosystem.upper(), "name": package.name, "version": package.version},
        "publishedAt": iso(package.released(now)),
        "isDefault": True,
    }
    return {"packageKey": {"system": package.ecosystem.upper(), "name": package.name}, "versions": [*entries, newest]}


def _version(package: Package, version: str, now: datetime, api: str) -> Any:
    if version not in (package.version, *package.older()):
        return None
    links = [{"label": "HOMEPAGE", "url": "https://docs.example.org"}]
    if package.repository:
        links.append({"label": "SOURCE_REPO", "url": f"git+https://github.com/{package.repository}.git"})
    return {
        "versionKey": {"system": package.ecosystem.upper(), "name": package.name, "version": version},
        "publishedAt": iso(package.released(now)),
        "isDefault": version == package.version,
        "licenses": [package.row["license"]] if "license" in package.row else [],
        "advisoryKeys": [{"id": number} for number, *_ in notes.ADVISORIES.get(package.key, ())],
        "links": links,
    }


def _project(package: Package, now: datetime) -> dict[str, Any]:
    project: dict[str, Any] = {
        "projectKey": {"id": f"github.com/{package.repository}"},
        "starsCount": package.count("stars"),
        "forksCount": package.count("forks"),
    }
    card = _card(package)
    if card:
        date = iso(now - timedelta(days=3))
        project["scorecard"] = {"date": date, "overallScore": card["score"], "checks": card["checks"]}
    return project


def _advisory(number: str) -> Any:
    for rows in notes.ADVISORIES.values():
        for known, alias, _, score, title in rows:
            if known == unquote(number):
                return {
                    "advisoryKey": {"id": known},
                    "url": f"https://osv.dev/vulnerability/{known}",
                    "title": title,
                    "aliases": [alias],
                    "cvss3Score": score,
                }
    return None


def openssf(path: str, _: Mapping[str, str], now: datetime) -> Any:
    """``/projects/github.com/<owner>/<name>``."""
    package = repositories().get(path.removeprefix("/projects/github.com/").lower())
    card = _card(package) if package else None
    return {"date": (now - timedelta(days=3)).date().isoformat(), **card} if card else None


def _card(package: Package) -> dict[str, Any] | None:
    if "card" not in package.row:
        return None
    checks = {
        "Security-Policy": 10 if package.row.get("policy") == "yes" else 0,
        "License": 10 if "license" in package.row else 0,
        "Maintained": min(10, package.count("commits")),
        "Signed-Releases": -1,  # the scorecard's mark for unknown
    }
    listed = [{"name": name, "score": score, "reason": "made up"} for name, score in checks.items()]
    return {"score": float(package.row["card"]), "checks": listed}
