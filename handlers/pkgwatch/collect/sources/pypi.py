"""Source PyPI: the metadata of a PyPI project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from handlers.pkgwatch.collect.sources.repository_urls import HOSTS, clean_url, host
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import WRONG_DOCUMENT, UpstreamError
from handlers.pkgwatch.packages.package_names import normalize

_LINKS = ("repository", "source", "source code", "github", "code", "homepage")
_STATUS = "Development Status :: "
_PYTHON = "Programming Language :: Python :: "
_INACTIVE = "7 - Inactive"


class _File(msgspec.Struct):
    upload_time_iso_8601: str = ""


class _Info(msgspec.Struct):
    """The metadata its author wrote: any field may be absent or null."""

    name: str | None = None
    author: str | None = None
    maintainer: str | None = None
    classifiers: list[str] | None = None
    requires_python: str | None = None
    home_page: str | None = None
    project_urls: dict[str, Any] | None = None


class _Document(msgspec.Struct):
    info: _Info
    releases: dict[str, list[_File]] = {}


def collect(client: UpstreamClient, base: str, name: str) -> dict[str, Any]:
    """The attributes of the package's item that PyPI knows; the others are left out. Raises `NotFound` and
    `UpstreamError`."""
    document = client.get(f"{base}/pypi/{quote(name, safe='')}/json", _Document)
    info = document.info
    if info.name and normalize("pypi", info.name) != name:
        raise UpstreamError(WRONG_DOCUMENT)
    uploads = sorted(
        file.upload_time_iso_8601 for files in document.releases.values() for file in files if file.upload_time_iso_8601
    )
    maintainers = _maintainers(info)
    classifiers = info.classifiers or []
    status = next((text.removeprefix(_STATUS) for text in classifiers if text.startswith(_STATUS)), "")
    found = {
        "created_at": uploads[0] if uploads else None,
        "last_published": uploads[-1] if uploads else None,
        "maintainer_count": len(maintainers),
        "maintainers": maintainers,
        "is_deprecated": any(_INACTIVE in text for text in classifiers),
        "repository_url": _repository(info),
        "requires_python": (info.requires_python or "")[:100],
        "development_status": status,
        "python_versions": [text.removeprefix(_PYTHON) for text in classifiers if _is_python_version(text)],
    }
    return {attribute: value for attribute, value in found.items() if value not in (None, "")}


def _maintainers(info: _Info) -> list[str]:
    """The names in author and maintainer, which may list several, separated by commas."""
    names = f"{info.author or ''},{info.maintainer or ''}".split(",")
    return list(dict.fromkeys(name.strip()[:100] for name in names if name.strip()))[:100]


def _is_python_version(classifier: str) -> bool:
    return classifier.startswith(_PYTHON) and classifier.removeprefix(_PYTHON).replace(".", "").isdigit()


def _repository(info: _Info) -> str:
    """The first link, in the order of preferred labels, that leads to a host of repositories."""
    links: Mapping[str, Any] = {label.strip().lower(): url for label, url in (info.project_urls or {}).items()}
    candidates = [clean_url(links.get(label)) for label in _LINKS] + [clean_url(info.home_page)]
    return next((url for url in candidates if host(url) in HOSTS), "")
