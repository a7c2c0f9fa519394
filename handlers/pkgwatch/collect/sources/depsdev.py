"""What does deps.dev know of a package?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from handlers.common.logs import logger
from handlers.pkgwatch.collect.sources.repository_urls import HOSTS, cleaned, host
from handlers.pkgwatch.collect.sources.scorecard import Score, listed_checks
from handlers.pkgwatch.collect.upstream.client import Count, Web
from handlers.pkgwatch.collect.upstream.failures import WRONG_DOCUMENT, Failed
from handlers.pkgwatch.packages.package_names import normalise

MOST_ADVISORIES = 50
_ADVISORY_ATTEMPTS = 2
_OLDER = 3  # versions asked for dependents where the newest has none yet
_LONGEST_TITLE = 300
_SEVERITIES = ((9, "CRITICAL"), (7, "HIGH"), (4, "MEDIUM"))


class _Key(msgspec.Struct):
    version: str = ""
    name: str = ""


class _Entry(msgspec.Struct, rename="camel"):
    version_key: _Key
    published_at: str = ""
    is_default: bool = False
    is_deprecated: bool = False


class _Package(msgspec.Struct, rename="camel"):
    package_key: _Key = msgspec.field(default_factory=_Key)
    versions: list[_Entry] = []
    default_version: str = ""


class _Id(msgspec.Struct):
    id: str


class _Link(msgspec.Struct):
    label: str = ""
    url: str = ""


class _Version(msgspec.Struct, rename="camel"):
    published_at: str = ""
    licenses: list[str] = []
    advisory_keys: list[_Id] = []
    links: list[_Link] = []


class _Dependents(msgspec.Struct, rename="camel"):
    dependent_count: Count = 0


class _Advisory(msgspec.Struct, rename="camel"):
    url: str = ""
    title: str = ""
    aliases: list[str] = []
    cvss3_score: Annotated[float, msgspec.Meta(ge=0, le=10)] = msgspec.field(name="cvss3Score", default=0.0)


class _Card(msgspec.Struct, rename="camel"):
    """In version 2 ``score`` and ``check``, as served ``overallScore`` and ``checks``."""

    score: Score | None = None
    overall_score: Score | None = None
    check: list[Any] = []
    checks: list[Any] = []
    date: str = ""


class _Project(msgspec.Struct, rename="camel"):
    scorecard: _Card | None = None
    scorecard_v2: _Card | None = msgspec.field(name="scorecardV2", default=None)


def collect(web: Web, base: str, ecosystem: str, name: str, known: Sequence[Any] = ()) -> dict[str, Any]:
    """The attributes deps.dev gives: version, dates, licences, advisories, repository, scorecard and dependents; what
    it does not know is left out. ``known`` are the advisories of the last time, for those that cannot be read now.

    Raises `Absent` for an unknown package, and `Failed`; what only adds to the rest may fail without that.
    """
    asked = _Asked(web, base, f"systems/{ecosystem}/packages/{quote(name, safe='')}")
    package = asked.get(_Package)
    if package.package_key.name and normalise(ecosystem, package.package_key.name) != name:
        raise Failed(WRONG_DOCUMENT)
    entry = _newest(package)
    if entry is None:
        return {}
    number = entry.version_key.version
    version = asked.get(_Version, f"/versions/{quote(number, safe='')}")
    repository = next((cleaned(link.url) for link in version.links if link.label == "SOURCE_REPO"), "")
    found = {
        "latest_version": number,
        "published_at": version.published_at or entry.published_at,
        "licenses": version.licenses[:20],
        "advisories": list(_advisories(web, base, version.advisory_keys, known)),
        "repository_url": repository,
        "dependents_count": _dependents(asked, package, entry),
        **_scorecard(web, base, repository),
    }
    return {attribute: value for attribute, value in found.items() if value not in (None, "")}


class _Asked:
    """The addresses below one package."""

    def __init__(self, web: Web, base: str, path: str) -> None:
        self._web, self._base, self._path = web, base, path

    def get(self, shape: type[Any], rest: str = "", api: str = "v3") -> Any:
        return self._web.get(f"{self._base}/{api}/{self._path}{rest}", shape)


def _newest(package: _Package) -> _Entry | None:
    """The default version, else the one marked as that, else the last."""
    entries = [entry for entry in package.versions if entry.version_key.version]
    named = (entry for entry in entries if entry.version_key.version == package.default_version)
    marked = (entry for entry in entries if entry.is_default)
    return next(named, None) or next(marked, None) or (entries[-1] if entries else None)


def _dependents(asked: _Asked, package: _Package, newest: _Entry) -> int | None:
    """How many packages depend on it: a version that has just come out has none yet, so older ones are asked too.
    None if deps.dev does not say."""
    before = [entry for entry in package.versions if entry is not newest and not entry.is_deprecated]
    before = [entry for entry in before if entry.published_at <= newest.published_at]
    before.sort(key=lambda entry: entry.published_at, reverse=True)
    for entry in (newest, *before[:_OLDER]):
        try:
            version = quote(entry.version_key.version, safe="")
            count = asked.get(_Dependents, f"/versions/{version}:dependents", "v3alpha").dependent_count
        except Failed as failed:
            logger.info("Dependents are unknown", extra={"reason": failed.code})
            return None
        if count > 0:
            return int(count)
    return 0


def _advisories(web: Web, base: str, keys: Sequence[_Id], known: Sequence[Any]) -> Iterator[dict[str, Any]]:
    before = {row.get("id"): row for row in known if isinstance(row, Mapping)}
    for key in keys[:MOST_ADVISORIES]:
        try:
            url = f"{base}/v3/advisories/{quote(key.id, safe='')}"
            yield _row(key.id, web.get(url, _Advisory, _ADVISORY_ATTEMPTS))
        except Failed as failed:
            logger.info("An advisory cannot be read", extra={"advisory": key.id, "reason": failed.code})
            yield dict(before.get(key.id) or _row(key.id, _Advisory()))


def _row(number: str, advisory: _Advisory) -> dict[str, Any]:
    return {
        "id": number,
        "url": advisory.url,
        "title": advisory.title[:_LONGEST_TITLE],
        "aliases": advisory.aliases[:10],
        "cvss3_score": advisory.cvss3_score,
        "severity": severity(advisory.cvss3_score),
    }


def severity(score: float) -> str:
    """What a CVSS 3 score is called."""
    found = next((name for least, name in _SEVERITIES if score >= least), None)
    return found or ("LOW" if score > 0 else "UNKNOWN")


def _scorecard(web: Web, base: str, repository: str) -> dict[str, Any]:
    if host(repository) not in HOSTS:
        return {}
    try:
        project = web.get(f"{base}/v3/projects/{quote(repository.removeprefix('https://'), safe='')}", _Project)
    except Failed as failed:
        logger.info("A project is unknown", extra={"reason": failed.code})
        return {}
    card = project.scorecard_v2 or project.scorecard or _Card()
    score = card.overall_score if card.score is None else card.score
    if score is None or score < 0:
        return {}
    checks = listed_checks(card.check or card.checks)
    return {"openssf_score": score, "openssf_checks": checks, "openssf_date": card.date, "openssf_source": "deps.dev"}
