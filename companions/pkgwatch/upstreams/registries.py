"""The answers of the npm registry, of PyPI, and of those that count their downloads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from companions.pkgwatch.upstreams.catalog import Package, iso, packages

Query = Mapping[str, str]


def npm(path: str, query: Query, now: datetime) -> Any:
    """``/<name, slash encoded>``: the package with all its versions."""
    package = packages().get("npm#" + unquote(path.lstrip("/")))
    if package is None:
        return None
    newest = package.version or "1.0.0"
    versions = {version: {"name": package.name, "version": version} for version in (*package.older(), newest)}
    versions[newest] |= _manifest(package)
    times = {version: f"{package.created()}T00:00:00.000Z" for version in package.older()}
    return {
        "name": package.name,
        "dist-tags": {"latest": newest},
        "time": {
            "created": f"{package.created()}T00:00:00.000Z",
            "modified": iso(now),
            **times,
            newest: iso(package.released(now)),
        },
        "maintainers": _people(package),
        "repository": {"type": "git", "url": _repository(package)} if package.repository else None,
        "versions": versions,
        "readme": f"# {package.name}",
    }


def _manifest(package: Package) -> dict[str, Any]:
    manifest: dict[str, Any] = {"types": "index.d.ts", "exports": {".": "./index.js"}, "engines": {"node": ">=18"}}
    if package.deprecated:
        manifest["deprecated"] = package.deprecated
    if package.count("tier") == 1:
        manifest["type"] = "module"
    return manifest


def _people(package: Package) -> list[dict[str, str]]:
    return [{"name": f"maintainer-{number}"} for number in range(package.count("maint"))]


def _repository(package: Package) -> str:
    return f"git+https://github.com/{package.repository}.git"


def npm_api(path: str, query: Query, now: datetime) -> Any:
    """``/downloads/point/last-week/<name>``, or up to 128 names with commas between them."""
    prefix, _, text = path.partition("/downloads/point/last-week/")
    names = unquote(text).split(",")
    if prefix or not text or len(names) > 128:
        return None
    found = {name: packages().get(f"npm#{name}") for name in names}
    counted = {name: _week(package) if package else None for name, package in found.items()}
    return counted if len(names) > 1 else counted[names[0]]


def _week(package: Package) -> dict[str, Any]:
    return {"downloads": package.count("downloads"), "package": package.name, "start": "", "end": ""}


def pypi(path: str, query: Query, now: datetime) -> Any:
    """``/pypi/<name>/json``."""
    prefix, name, *rest = path.split("/")[1:] if path.count("/") > 1 else ("", "")
    package = packages().get(f"pypi#{name}")
    if prefix != "pypi" or rest != ["json"] or package is None:
        return None
    status = "7 - Inactive" if package.deprecated is not None else "5 - Production/Stable"
    first = {"upload_time_iso_8601": f"{package.created()}T00:00:00.000000Z"}
    return {
        "info": {
            "name": package.name,
            "author": ", ".join(person["name"] for person in _people(package)),
            "maintainer": None,
            "classifiers": [
                f"Development Status :: {status}",
                "Programming Language :: Python :: 3",
                "Programming Language :: Python :: 3.12",
                "Programming Language :: Python :: 3.13",
            ],
            "requires_python": ">=3.9",
            "home_page": "https://docs.example.org",
            "project_urls": {
                "Documentation": "https://docs.example.org",
                **({"Source": f"https://github.com/{package.repository}"} if package.repository else {}),
            },
            "yanked": False,
        },
        "releases": {
            package.older()[0]: [first],
            package.version or "1.0": [{"upload_time_iso_8601": iso(package.released(now))}],
            "9.9.9": [],
        },
    }


def pypistats(path: str, query: Query, now: datetime) -> Any:
    """``/api/packages/<name>/recent?period=week``."""
    parts = path.split("/")
    package = packages().get(f"pypi#{parts[3]}") if len(parts) == 5 else None
    if package is None or query.get("period") != "week":
        return None
    return {"data": {"last_week": package.count("downloads")}, "package": package.name, "type": "recent_downloads"}


def bundlephobia(path: str, query: Query, now: datetime) -> Any:
    """``/api/size?package=<name>``."""
    package = packages().get("npm#" + query.get("package", ""))
    if path != "/api/size" or package is None:
        return None
    return {"name": package.name, "size": 40_960, "gzip": 12_288, "dependencyCount": 3}
