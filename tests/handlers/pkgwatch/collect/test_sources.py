"""The sources: the attributes read from their documents, unusual ones included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.pkgwatch.collect.sources import bundlephobia, depsdev, npm, pypi, scorecard
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import NotFound, UpstreamError
from tests.handlers.pkgwatch.fixtures.collector import Clock, document, upstream_client
from tests.handlers.pkgwatch.fixtures.upstreams import World


@pytest.fixture
def client() -> UpstreamClient:
    return upstream_client(Clock())


def from_npm(upstream: World, client: UpstreamClient, **changed: Any) -> dict[str, Any]:
    upstream.fault("/npm/.*", document=document("odd", **changed))
    return npm.collect(client, f"{upstream.url}/npm", "odd")


def test_npm(upstream: World, client: UpstreamClient) -> None:
    found = npm.collect(client, f"{upstream.url}/npm", "@babel/core")
    assert upstream.asked() == ["/npm/@babel%2Fcore"]
    assert found.pop("created_at") == "2017-10-30T00:00:00.000Z"
    assert found.pop("last_published").endswith("Z")
    assert found.pop("maintainers") == ["maintainer-0", "maintainer-1", "maintainer-2", "maintainer-3"]
    assert found == {
        "maintainer_count": 4,
        "repository_url": "https://github.com/babel/babel",
        "has_types": True,
        "module_type": "module",
        "has_exports": True,
        "engines": {"node": ">=18"},
        "is_deprecated": False,
    }


def test_a_manifest_of_old_conventions(upstream: World, client: UpstreamClient) -> None:
    """Old habits: text where there are objects now, a list of engines, a version deprecated by mistake."""
    found = npm.collect(client, f"{upstream.url}/npm", "made-up-oddity")
    published = datetime.now(UTC) - datetime.fromisoformat(found.pop("last_published"))
    assert timedelta(days=2.4) < published < timedelta(days=2.6)
    assert found == {
        "created_at": "2012-03-04T05:06:07.000Z",
        "maintainer_count": 1,
        "maintainers": ["somebody <somebody@example.org>"],
        "repository_url": "https://github.com/made-up/oddity",
        "has_types": True,
        "module_type": "module",
        "has_exports": False,
        "engines": {"node": ">=20"},
        "is_deprecated": False,
    }


@pytest.mark.parametrize(
    ("value", "deprecated", "message"),
    [
        ("Use another", True, "Use another"),
        ("  ", False, None),
        ("", False, None),
        (True, True, None),
        (False, False, None),
        (None, False, None),
        (["x"], False, None),
    ],
)
def test_deprecation(
    upstream: World, client: UpstreamClient, value: Any, deprecated: bool, message: str | None
) -> None:
    found = from_npm(upstream, client, versions={"1.0.0": {"deprecated": value}})
    assert (found["is_deprecated"], found.get("deprecation_message")) == (deprecated, message)


def test_a_manifest_of_any_types(upstream: World, client: UpstreamClient) -> None:
    manifest = {"engines": ["node >= 4"], "types": 5, "type": {}, "exports": "x", "repository": ["x"]}
    found = from_npm(
        upstream, client, versions={"1.0.0": manifest, "0.9.0": "not even an object"}, maintainers={"a": 1}
    )
    assert (found["has_types"], found["module_type"], found["has_exports"]) == (True, "commonjs", True)
    assert found["maintainer_count"] == 0
    assert not {"engines", "repository_url"} & set(found)


def test_an_unpublished_package(upstream: World, client: UpstreamClient) -> None:
    times = {"created": "2020-01-01T00:00:00.000Z", "unpublished": {"versions": ["1.0.0"]}}
    upstream.fault("/npm/.*", document={"name": "odd", "time": times})
    found = npm.collect(client, f"{upstream.url}/npm", "odd")
    assert found["created_at"] == "2020-01-01T00:00:00.000Z"
    assert "last_published" not in found


def test_a_document_of_another_package_is_refused(upstream: World, client: UpstreamClient) -> None:
    with pytest.raises(UpstreamError, match="wrong_document"):
        from_npm(upstream, client, name="another")
    upstream.fault("/pypi/.*", document={"info": {"name": "another"}})
    with pytest.raises(UpstreamError, match="wrong_document"):
        pypi.collect(client, f"{upstream.url}/pypi", "odd")
    upstream.fault("/depsdev/.*", document={"packageKey": {"name": "another"}})
    with pytest.raises(UpstreamError, match="wrong_document"):
        depsdev.collect(client, f"{upstream.url}/depsdev", "pypi", "odd")


def test_pypi(upstream: World, client: UpstreamClient) -> None:
    found = pypi.collect(client, f"{upstream.url}/pypi", "flask")
    assert found.pop("created_at") == "2010-04-16T00:00:00.000000Z"
    assert found.pop("last_published").endswith("Z")
    assert found == {
        "maintainer_count": 1,
        "maintainers": ["maintainer-0"],
        "is_deprecated": False,
        "repository_url": "https://github.com/pallets/flask",
        "requires_python": ">=3.9",
        "development_status": "5 - Production/Stable",
        "python_versions": ["3", "3.12", "3.13"],
    }
    assert pypi.collect(client, f"{upstream.url}/pypi", "nose")["is_deprecated"] is True


@pytest.mark.parametrize(
    ("info", "repository"),
    [
        (
            {"project_urls": {"homepage": "https://github.com/a/b", "SOURCE": "https://gitlab.com/c/d"}},
            "gitlab.com/c/d",
        ),
        ({"project_urls": {"Source": "https://example.org", "Code": "https://github.com/a/b"}}, "github.com/a/b"),
        ({"project_urls": {"Repository": "https://github.com.evil.example/a/b"}}, ""),
        ({"project_urls": None, "home_page": "http://bitbucket.org/a/b/"}, "bitbucket.org/a/b"),
        ({"project_urls": {"Source": 5}, "home_page": None}, ""),
    ],
)
def test_the_repository_of_a_pypi_project(
    upstream: World, client: UpstreamClient, info: dict[str, Any], repository: str
) -> None:
    upstream.fault("/pypi/.*", document={"info": {"name": "Odd", **info}, "releases": {}})
    found = pypi.collect(client, f"{upstream.url}/pypi", "odd")
    assert found.get("repository_url", "") == (f"https://{repository}" if repository else "")


def test_depsdev(upstream: World, client: UpstreamClient) -> None:
    found = depsdev.collect(client, f"{upstream.url}/depsdev", "npm", "minimist")
    assert (found["latest_version"], found["licenses"], found["dependents_count"]) == ("1.2.8", ["MIT"], 340_000)
    assert found["repository_url"] == "https://github.com/minimistjs/minimist"
    assert (found["openssf_score"], found["openssf_source"]) == (4.2, "deps.dev")
    assert {check["name"] for check in found["openssf_checks"]} == {"Security-Policy", "License", "Maintained"}
    advisories = depsdev.collect(client, f"{upstream.url}/depsdev", "npm", "xmldom")["advisories"]
    assert {"id", "url", "title", "aliases", "cvss3_score", "severity"} == set(advisories[0])
    with pytest.raises(NotFound):
        depsdev.collect(client, f"{upstream.url}/depsdev", "npm", "optimist")


def entry(version: str, day: int, **more: Any) -> dict[str, Any]:
    return {"versionKey": {"version": version}, "publishedAt": f"2024-01-{day:02}T00:00:00Z", **more}


@pytest.mark.parametrize(
    ("package", "newest"),
    [
        ({"versions": [entry("1", 1), entry("2", 2, isDefault=True), entry("3", 3)], "defaultVersion": "1"}, "1"),
        ({"versions": [entry("1", 1), entry("2", 2, isDefault=True), entry("3", 3)]}, "2"),
        ({"versions": [entry("1", 1), entry("2", 2)]}, "2"),
        ({"versions": []}, None),
        ({}, None),
    ],
)
def test_the_default_version(
    upstream: World, client: UpstreamClient, package: dict[str, Any], newest: str | None
) -> None:
    upstream.fault("/depsdev/.*/versions/.*", document={})
    upstream.fault("/depsdev/v3/systems/npm/packages/odd", document=package)
    assert depsdev.collect(client, f"{upstream.url}/depsdev", "npm", "odd").get("latest_version") == newest


def test_dependents_of_older_versions_count_for_a_new_one(upstream: World, client: UpstreamClient) -> None:
    versions = [entry(str(day), day, isDeprecated=day == 5) for day in range(1, 8)]
    upstream.fault("/depsdev/.*", document={})
    upstream.fault("/depsdev/v3/systems/npm/packages/odd", document={"versions": versions, "defaultVersion": "7"})
    upstream.fault("/depsdev/v3alpha/.*/versions/3:dependents", document={"dependentCount": 12})
    assert depsdev.collect(client, f"{upstream.url}/depsdev", "npm", "odd")["dependents_count"] == 12
    asked = [target.partition("/versions/")[2] for target in upstream.asked(":dependents")]
    assert asked == [f"{version}:dependents" for version in (7, 6, 4, 3)]


def test_optional_parts_may_fail(upstream: World, client: UpstreamClient) -> None:
    known = depsdev.collect(client, f"{upstream.url}/depsdev", "npm", "xmldom")["advisories"]
    upstream.fault("/depsdev/v3/advisories/.*", status=500)
    upstream.fault("/depsdev/v3/projects/.*", status=500)
    upstream.fault("/depsdev/v3alpha/.*", status=500)
    found = depsdev.collect(client, f"{upstream.url}/depsdev", "npm", "xmldom", known)
    assert found["advisories"] == known
    assert not {"openssf_score", "dependents_count"} & set(found)
    unknown = depsdev.collect(client, f"{upstream.url}/depsdev", "npm", "xmldom")["advisories"]
    assert {row["severity"] for row in unknown} == {"UNKNOWN"}


@pytest.mark.parametrize("count", [-1, 10**30, "many", 1.5])
def test_counts_out_of_bounds_are_refused(upstream: World, client: UpstreamClient, count: Any) -> None:
    upstream.fault("/bundlephobia/.*", document={"size": count, "gzip": 1})
    with pytest.raises(UpstreamError, match="invalid_json_response"):
        bundlephobia.collect(client, f"{upstream.url}/bundlephobia", "odd")


def test_scorecards(upstream: World, client: UpstreamClient) -> None:
    checks = [{"name": "A", "score": -1}, {"name": "B", "score": 0, "reason": "r"}, {"name": "C", "score": "5"}, None]
    upstream.fault("/openssf/.*", document={"score": 4.5, "date": "2024-01-01", "checks": checks})
    found = scorecard.collect(client, f"{upstream.url}/openssf", "a", "b")
    listed = [{"name": "B", "score": 0, "reason": "r"}]
    assert found == {"openssf_score": 4.5, "openssf_date": "2024-01-01", "openssf_checks": listed}


@pytest.mark.parametrize(
    ("score", "name"),
    [(9.8, "CRITICAL"), (9, "CRITICAL"), (7, "HIGH"), (4, "MEDIUM"), (0.1, "LOW"), (0, "UNKNOWN")],
)
def test_severities(score: float, name: str) -> None:
    assert depsdev.severity(score) == name


@pytest.mark.parametrize(
    ("size", "name"),
    [(5119, "tiny"), (5120, "small"), (20_480, "medium"), (102_400, "large"), (512_000, "huge")],
)
def test_size_categories(size: int, name: str) -> None:
    assert bundlephobia.category(size) == name
