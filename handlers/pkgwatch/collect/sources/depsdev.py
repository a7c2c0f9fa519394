"""Source deps.dev: a package's version, licenses, advisories, repository, scorecard and dependents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from handlers.common.logs import logger
from handlers.pkgwatch.collect.sources.depsdev_documents import (
    Dependents,
    Package,
    Version,
    default_version,
    package_path,
    version_path,
)
from handlers.pkgwatch.collect.sources.repository_urls import HOSTS, clean_url, host
from handlers.pkgwatch.collect.sources.scorecard import Score, scored_checks
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import WRONG_DOCUMENT, UpstreamError
from handlers.pkgwatch.packages.package_names import normalize

MAX_ADVISORIES = 50
_ADVISORY_ATTEMPTS = 2
_OLDER_VERSIONS = 3  # whose dependents are read where the default version has none yet
_MAX_TITLE = 300
_SEVERITIES = ((9, "CRITICAL"), (7, "HIGH"), (4, "MEDIUM"))


class _Id(msgspec.Struct):
    id: str


class _Link(msgspec.Struct):
    label: str = ""
    url: str = ""


class _VersionDetails(msgspec.Struct, rename="camel"):
    published_at: str = ""
    licenses: list[str] = []
    advisory_keys: list[_Id] = []
    links: list[_Link] = []


class _Advisory(msgspec.Struct, rename="camel"):
    url: str = ""
    title: str = ""
    aliases: list[str] = []
    cvss3_score: Annotated[float, msgspec.Meta(ge=0, le=10)] = msgspec.field(name="cvss3Score", default=0.0)


class _Scorecard(msgspec.Struct, rename="camel"):
    """``score`` and ``check`` in version 2, ``overallScore`` and ``checks`` as served."""

    score: Score | None = None
    overall_score: Score | None = None
    check: list[Any] = []
    checks: list[Any] = []
    date: str = ""


class _Project(msgspec.Struct, rename="camel"):
    scorecard: _Scorecard | None = None
    scorecard_v2: _Scorecard | None = msgspec.field(name="scorecardV2", default=None)


def collect(client: UpstreamClient, base: str, ecosystem: str, name: str, known: Sequence[Any] = ()) -> dict[str, Any]:
    """The attributes of the package's item that deps.dev knows; the others are left out. ``known`` are the advisories
    of the last collection, for those that cannot be read now.

    Raises `NotFound` for an unknown package, and `UpstreamError`; advisories, scorecard and dependents may fail
    without that.
    """
    api = _PackageApi(client, base, package_path(ecosystem, name))
    package = api.get(Package)
    if package.package_key.name and normalize(ecosystem, package.package_key.name) != name:
        raise UpstreamError(WRONG_DOCUMENT)
    version = default_version(package)
    if version is None:
        return {}
    number = version.version_key.version
    details = api.get(_VersionDetails, version_path(number))
    repository = next((clean_url(link.url) for link in details.links if link.label == "SOURCE_REPO"), "")
    found = {
        "latest_version": number,
        "published_at": details.published_at or version.published_at,
        "licenses": details.licenses[:20],
        "advisories": list(_advisories(client, base, details.advisory_keys, known)),
        "repository_url": repository,
        "dependents_count": _dependents(api, package, version),
        **_scorecard(client, base, repository),
    }
    return {attribute: value for attribute, value in found.items() if value not in (None, "")}


class _PackageApi:
    """The documents below one package's path."""

    def __init__(self, client: UpstreamClient, base: str, path: str) -> None:
        self._client, self._base, self._path = client, base, path

    def get(self, shape: type[Any], below: str = "", api: str = "v3") -> Any:
        return self._client.get(f"{self._base}/{api}/{self._path}{below}", shape)


def _dependents(api: _PackageApi, package: Package, default: Version) -> int | None:
    """The number of dependents: a version just released has none yet, so older ones are read too. None if deps.dev
    does not say."""
    older = [version for version in package.versions if version is not default and not version.is_deprecated]
    older = [version for version in older if version.published_at <= default.published_at]
    older.sort(key=lambda version: version.published_at, reverse=True)
    for version in (default, *older[:_OLDER_VERSIONS]):
        try:
            path = f"{version_path(version.version_key.version)}:dependents"
            count = api.get(Dependents, path, "v3alpha").dependent_count
        except UpstreamError as error:
            logger.info("Dependents are unknown", extra={"reason": error.code})
            return None
        if count > 0:
            return int(count)
    return 0


def _advisories(
    client: UpstreamClient, base: str, keys: Sequence[_Id], known: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    before = {row.get("id"): row for row in known if isinstance(row, Mapping)}
    for key in keys[:MAX_ADVISORIES]:
        try:
            url = f"{base}/v3/advisories/{quote(key.id, safe='')}"
            yield _advisory(key.id, client.get(url, _Advisory, _ADVISORY_ATTEMPTS))
        except UpstreamError as error:
            logger.info("An advisory cannot be read", extra={"advisory": key.id, "reason": error.code})
            yield dict(before.get(key.id) or _advisory(key.id, _Advisory()))


def _advisory(number: str, advisory: _Advisory) -> dict[str, Any]:
    return {
        "id": number,
        "url": advisory.url,
        "title": advisory.title[:_MAX_TITLE],
        "aliases": advisory.aliases[:10],
        "cvss3_score": advisory.cvss3_score,
        "severity": severity(advisory.cvss3_score),
    }


def severity(score: float) -> str:
    """The severity of a CVSS 3 score."""
    found = next((name for minimum, name in _SEVERITIES if score >= minimum), None)
    return found or ("LOW" if score > 0 else "UNKNOWN")


def _scorecard(client: UpstreamClient, base: str, repository: str) -> dict[str, Any]:
    if host(repository) not in HOSTS:
        return {}
    try:
        project = client.get(f"{base}/v3/projects/{quote(repository.removeprefix('https://'), safe='')}", _Project)
    except UpstreamError as error:
        logger.info("A project is unknown", extra={"reason": error.code})
        return {}
    card = project.scorecard_v2 or project.scorecard or _Scorecard()
    score = card.overall_score if card.score is None else card.score
    if score is None or score < 0:
        return {}
    checks = scored_checks(card.check or card.checks)
    return {"openssf_score": score, "openssf_checks": checks, "openssf_date": card.date, "openssf_source": "deps.dev"}
