"""The document that answers a request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from companions.pkgwatch.upstreams.catalog import iso
from companions.pkgwatch.upstreams.depsdev import depsdev, openssf
from companions.pkgwatch.upstreams.discovery import npmsio, top_pypi
from companions.pkgwatch.upstreams.github import github
from companions.pkgwatch.upstreams.registries import bundlephobia, npm, npm_api, pypi, pypistats

_DOCUMENTS = Path(__file__).parent / "documents"
_DAYS_AGO = re.compile(r"\{days_ago:([\d.]+)\}")

_COMPOSERS: Mapping[str, Callable[[str, Mapping[str, str], datetime], Any]] = {
    "depsdev": depsdev,
    "npm": npm,
    "npm_api": npm_api,
    "pypi": pypi,
    "pypistats": pypistats,
    "github": github,
    "openssf": openssf,
    "bundlephobia": bundlephobia,
    "npmsio": npmsio,
    "top_pypi": top_pypi,
}


def answer(upstream: str, target: str, now: datetime) -> bytes | None:
    """JSON for path and query below an upstream's address, None if it has no such document."""
    recorded = _recorded(upstream).get(target)
    if recorded is not None:
        return _DAYS_AGO.sub(lambda found: iso(now - timedelta(days=float(found[1]))), recorded).encode()
    path, _, query = target.partition("?")
    compose = _COMPOSERS.get(upstream)
    document = compose(path, dict(parse_qsl(query)), now) if compose else None
    return None if document is None else json.dumps(document).encode()


@cache
def _recorded(upstream: str) -> Mapping[str, str]:
    """The documents of a file, as JSON by path and query."""
    file = _DOCUMENTS / f"{upstream}.json"
    if not file.is_file():
        return {}
    documents = json.loads(file.read_text(encoding="utf-8"))
    return {target: json.dumps(document) for target, document in documents.items()}
