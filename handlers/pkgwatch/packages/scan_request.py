"""The packages that a scan asks for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS
from handlers.pkgwatch.web.fields import json_object

MOST_NAMES = 1000
_SECTIONS = ("dependencies", "devDependencies")


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """``names`` as they were sent, each once."""

    ecosystem: str
    names: list[str]


def parse_scan(request: Request) -> ScanRequest:
    """The names in a manifest's text (``content``) and in the fields of the body. Raises 400 ``invalid_json``,
    ``invalid_ecosystem``, ``no_dependencies``, ``too_many_dependencies``."""
    body = json_object(request)
    ecosystem = body.get("ecosystem", "npm")
    if not isinstance(ecosystem, str) or ecosystem.lower() not in ECOSYSTEMS:
        raise ApiError(400, "invalid_ecosystem", "The ecosystem is npm or pypi.")
    manifest = _manifest(body.get("content"))
    sent = [
        *(name for section in _SECTIONS if isinstance(manifest.get(section), dict) for name in manifest[section]),
        *(name for section in _SECTIONS for name in _names(body.get(section))),
    ]
    names = list(dict.fromkeys(name for name in sent if isinstance(name, str) and name))
    if not names:
        raise ApiError(400, "no_dependencies", "There are no dependencies to scan.")
    if len(names) > MOST_NAMES:
        raise ApiError(400, "too_many_dependencies", f"A scan takes at most {MOST_NAMES} dependencies.")
    return ScanRequest(ecosystem.lower(), names)


def _manifest(content: Any) -> dict[str, Any]:
    try:
        manifest = json.loads(content) if isinstance(content, str) else {}
    except (ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _names(section: Any) -> Iterable[Any]:
    return section if isinstance(section, dict | list) else ()
