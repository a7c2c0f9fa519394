"""Source npm registry: the metadata of an npm package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from handlers.pkgwatch.collect.sources.repository_urls import clean_url
from handlers.pkgwatch.collect.upstream.client import UpstreamClient, decode
from handlers.pkgwatch.collect.upstream.failures import WRONG_DOCUMENT, UpstreamError
from handlers.pkgwatch.packages.package_names import normalize

_MAX_MESSAGE = 1000
_MAX_ENGINES = 20


class _Document(msgspec.Struct, rename={"dist_tags": "dist-tags"}):
    """A package; its versions, up to thousands, stay undecoded, because only one of them is read."""

    name: str = ""
    dist_tags: dict[str, str] = {}
    time: dict[str, Any] = {}
    maintainers: Any = None
    repository: Any = None
    versions: dict[str, msgspec.Raw] = {}


class _Manifest(msgspec.Struct):
    """The manifest of a version, as its author wrote it: any field may be of any type."""

    deprecated: Any = None
    repository: Any = None
    types: Any = None
    typings: Any = None
    type: Any = None
    exports: Any = None
    engines: Any = None


def collect(client: UpstreamClient, base: str, name: str) -> dict[str, Any]:
    """The attributes of the package's item that the registry knows; the others are left out. Raises `NotFound` and
    `UpstreamError`."""
    document = client.get(f"{base}/{quote(name, safe='@')}", _Document)
    if document.name and normalize("npm", document.name) != name:
        raise UpstreamError(WRONG_DOCUMENT)
    newest = document.dist_tags.get("latest", "")
    raw = document.versions.get(newest)
    manifest = decode(bytes(raw), _Manifest) if raw is not None else _Manifest()
    maintainers = document.maintainers if isinstance(document.maintainers, list) else []
    times = {version: time for version, time in document.time.items() if isinstance(time, str)}
    found = {
        "created_at": times.get("created"),
        "last_published": times.get(newest) or times.get("modified"),
        "maintainer_count": len(maintainers),
        "maintainers": [_login(person) for person in maintainers[:100]],
        "repository_url": clean_url(document.repository) or clean_url(manifest.repository),
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
    return {str(name)[:50]: str(versions)[:100] for name, versions in list(value.items())[:_MAX_ENGINES]}


def _deprecation(value: Any) -> dict[str, Any]:
    """``deprecated`` is a message or true; an empty message and false both mean that it is not."""
    deprecated = bool(value.strip()) if isinstance(value, str) else value is True
    message = value.strip()[:_MAX_MESSAGE] if isinstance(value, str) else ""
    return {"is_deprecated": deprecated, "deprecation_message": message}
