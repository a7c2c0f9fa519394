"""What does the npm registry know of a package?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from handlers.pkgwatch.collect.sources.repository_urls import cleaned
from handlers.pkgwatch.collect.upstream.client import Web, decoded
from handlers.pkgwatch.collect.upstream.failures import WRONG_DOCUMENT, Failed
from handlers.pkgwatch.packages.package_names import normalise

_LONGEST_MESSAGE = 1000
_MOST_ENGINES = 20


class _Document(msgspec.Struct, rename={"dist_tags": "dist-tags"}):
    """Versions stay unread JSON: of up to thousands, one is looked at."""

    name: str = ""
    dist_tags: dict[str, str] = {}
    time: dict[str, Any] = {}
    maintainers: Any = None
    repository: Any = None
    versions: dict[str, msgspec.Raw] = {}


class _Manifest(msgspec.Struct):
    """What packages say of themselves: anything may be of any type."""

    deprecated: Any = None
    repository: Any = None
    types: Any = None
    typings: Any = None
    type: Any = None
    exports: Any = None
    engines: Any = None


def collect(web: Web, base: str, name: str) -> dict[str, Any]:
    """The attributes the registry gives; what it does not know is left out. Raises `Absent` and `Failed`."""
    document = web.get(f"{base}/{quote(name, safe='@')}", _Document)
    if document.name and normalise("npm", document.name) != name:
        raise Failed(WRONG_DOCUMENT)
    newest = document.dist_tags.get("latest", "")
    raw = document.versions.get(newest)
    manifest = decoded(bytes(raw), _Manifest) if raw is not None else _Manifest()
    people = document.maintainers if isinstance(document.maintainers, list) else []
    times = {version: moment for version, moment in document.time.items() if isinstance(moment, str)}
    found = {
        "created_at": times.get("created"),
        "last_published": times.get(newest) or times.get("modified"),
        "maintainer_count": len(people),
        "maintainers": [_login(person) for person in people[:100]],
        "repository_url": cleaned(document.repository) or cleaned(manifest.repository),
        "has_types": bool(manifest.types or manifest.typings),
        "module_type": "module" if manifest.type == "module" else "commonjs",
        "has_exports": bool(manifest.exports),
        "engines": _engines(manifest.engines),
        **_deprecation(manifest.deprecated),
    }
    return {attribute: value for attribute, value in found.items() if value not in (None, "")}


def _login(person: Any) -> str:
    return str(person.get("name") or "") if isinstance(person, Mapping) else str(person)


def _engines(value: Any) -> dict[str, str] | None:
    if not isinstance(value, Mapping) or not value:
        return None
    return {str(name)[:50]: str(wanted)[:100] for name, wanted in list(value.items())[:_MOST_ENGINES]}


def _deprecation(value: Any) -> dict[str, Any]:
    """Text, or true; some deprecate by an empty text and take it back by false."""
    deprecated = bool(value.strip()) if isinstance(value, str) else value is True
    message = value.strip()[:_LONGEST_MESSAGE] if isinstance(value, str) else ""
    return {"is_deprecated": deprecated, "deprecation_message": message}
