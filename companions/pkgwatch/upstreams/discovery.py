"""The answers of those that rank packages by popularity, and the graph of dependencies."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from companions.pkgwatch.upstreams.catalog import UNSEEDED, Package, packages

_DEPENDENCIES = 3  # of each package, besides the unseeded ones
_PAGE_SIZE = 250  # results a page
_MAX_RESULTS = 10_000


def dependencies(package: Package, version: str) -> dict[str, Any]:
    """A graph in which every package depends on the unseeded ones and on a fixed few others."""
    names = [row["name"] for row in UNSEEDED[package.ecosystem]]
    known = sorted(name.partition("#")[2] for name in packages() if name.startswith(package.ecosystem))
    start = zlib.crc32(package.key.encode()) % len(known)
    names += [name for name in (known + known)[start : start + _DEPENDENCIES] if name not in names]
    direct = [name for name in names if name != package.name]
    nodes = [
        _node(package, package.name, version, "SELF"),
        *(_node(package, name, "1.0.0", "DIRECT") for name in direct),
    ]
    return {"nodes": [*nodes, _node(package, "far-away", "1.0.0", "INDIRECT")], "edges": [], "error": ""}


def _node(package: Package, name: str, version: str, relation: str) -> dict[str, Any]:
    key = {"system": package.ecosystem.upper(), "name": name, "version": version}
    return {"versionKey": key, "bundled": False, "relation": relation, "errors": []}


def npmsio(path: str, query: Mapping[str, str], now: datetime) -> Any:
    """``/v2/search?q=...&size=<up to 250>&from=<below 10000>``: npm's packages, the most used first."""
    size, start = int(query.get("size", "25")), int(query.get("from", "0"))
    if path != "/v2/search" or size > _PAGE_SIZE or start >= _MAX_RESULTS:
        return None
    ranked = _ranked("npm")
    results = [
        {
            "package": {"name": package.name, "version": package.version, "scope": "unscoped"},
            "score": {"final": round(0.9 - 0.6 * number / len(ranked), 4)},
            "searchScore": 1.0,
        }
        for number, package in enumerate(ranked)
    ]
    return {"total": len(results), "results": results[start : start + size]}


def top_pypi(path: str, query: Mapping[str, str], now: datetime) -> Any:
    """``/top-pypi-packages-30-days.min.json``: PyPI's packages by the downloads of a month."""
    if path != "/top-pypi-packages-30-days.min.json":
        return None
    rows = [{"project": one.name, "download_count": 4 * one.count("downloads")} for one in _ranked("pypi")]
    return {"last_update": now.strftime("%Y-%m-%d %H:%M:%S"), "query": {"bytes_billed": 0}, "rows": rows}


def _ranked(ecosystem: str) -> list[Package]:
    found = [package for package in packages().values() if package.ecosystem == ecosystem]
    return sorted(found, key=lambda package: (-package.count("downloads"), package.name))
