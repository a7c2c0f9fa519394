"""The upstreams on this machine: their answers, their faults, and who may reach them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from companions.pkgwatch.upstreams.catalog import packages
from tests.handlers.pkgwatch.fixtures.upstreams import World, upstreams

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[World]:
    with upstreams(lambda: NOW) as world:
        yield world


@pytest.fixture
def world(running: World) -> World:
    running.heal()
    return running


def get(world: World, path: str, **options: Any) -> Any:
    answer = httpx.get(world.url + path, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_upstream_speaks_of_the_same_package(world: World) -> None:
    versions = get(world, "/depsdev/v3/systems/npm/packages/%40babel%2Fcore")["versions"]
    assert [row["versionKey"]["version"] for row in versions if row["isDefault"]] == ["7.28.4"]
    version = get(world, "/depsdev/v3/systems/npm/packages/%40babel%2Fcore/versions/7.28.4")
    assert {"label": "SOURCE_REPO", "url": "git+https://github.com/babel/babel.git"} in version["links"]
    dependents = get(world, "/depsdev/v3alpha/systems/npm/packages/%40babel%2Fcore/versions/7.28.4:dependents")
    assert dependents["dependentCount"] == 390_000
    assert get(world, "/depsdev/v3/projects/github.com%2Fbabel%2Fbabel")["scorecard"]["overallScore"] == 7.7
    assert get(world, "/npm/@babel%2Fcore")["dist-tags"] == {"latest": "7.28.4"}
    assert get(world, "/npm_api/downloads/point/last-week/@babel%2Fcore")["downloads"] == 68_000_000
    assert get(world, "/github/repos/babel/babel")["stargazers_count"] == 43_800
    assert get(world, "/openssf/projects/github.com/babel/babel")["score"] == 7.7
    assert get(world, "/pypi/pypi/flask/json")["info"]["name"] == "flask"
    assert get(world, "/pypistats/api/packages/flask/recent?period=week")["data"]["last_week"] == 33_000_000


def test_downloads_of_several_packages(world: World) -> None:
    found = get(world, "/npm_api/downloads/point/last-week/lodash,no-such-package")
    assert (found["lodash"]["downloads"], found["no-such-package"]) == (62_000_000, None)


def test_commits_are_of_the_last_90_days_by_as_many_people_as_the_table_says(world: World) -> None:
    commits = get(world, "/github/repos/fastify/fastify/commits?per_page=100")
    assert len(commits) == 81
    assert len({commit["author"]["login"] for commit in commits}) == 24
    dates = [datetime.fromisoformat(commit["commit"]["committer"]["date"]) for commit in commits]
    assert dates == sorted(dates, reverse=True)
    assert NOW - dates[0] < timedelta(days=2)
    assert NOW - dates[-1] < timedelta(days=90)


def test_what_is_seeded_as_pending_can_be_collected(world: World) -> None:
    assert get(world, "/npm/svelte")["dist-tags"]["latest"]
    assert get(world, "/github/repos/made-up/svelte")


@pytest.mark.parametrize(
    "path", ["/npm/no-such-package", "/depsdev/v3/systems/npm/packages/optimist", "/unknown/x", "/", "/pypi/x"]
)
def test_what_is_not_there(world: World, path: str) -> None:
    assert httpx.get(world.url + path).status_code == 404


def test_faults(world: World) -> None:
    path = "/npm/lodash"
    world.fault("/npm/.*", status=429, headers={"Retry-After": "7"}, times=2)
    answers = [httpx.get(world.url + path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    world.fault("/npm/.*", kind="garbage")
    with pytest.raises(ValueError, match="Expecting value"):
        httpx.get(world.url + path).json()
    world.fault("/npm/.*", document={"name": "left-pad"})
    assert get(world, path) == {"name": "left-pad"}
    for kind in ("truncated", "closed"):
        world.fault("/npm/.*", kind=kind)
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(world.url + path)
    world.fault("/npm/.*", seconds=0.2)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(world.url + path, timeout=0.05)
    assert get(world, path)["name"] == "lodash"
    assert get(world, "/npm_api/downloads/point/last-week/lodash")
    assert len(world.asked(path)) == 9
    with pytest.raises(ValueError, match="kind is one of"):
        world.fault(".*", kind="unheard-of")


def test_it_serves_alone_with_its_faults_over_http() -> None:
    command = [sys.executable, "-m", "companions.pkgwatch.upstreams", "--port=0", "--base=http://elsewhere"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        *settings, last = (server.stdout.readline().strip() for _ in range(11))
        address = last.split()[-1]
        try:
            assert "NPM_REGISTRY_BASE_URL=http://elsewhere/npm" in settings
            url = f"{address}/npm/lodash"
            assert httpx.get(url).status_code == 200
            fault = {"path": "/npm/.*", "status": 503}
            assert httpx.post(f"{address}/_faults", json=[fault]).status_code == 200
            assert httpx.get(url).status_code == 503
            assert httpx.delete(f"{address}/_faults").status_code == 200
            assert httpx.get(url).status_code == 200
            assert httpx.get(f"{address}/_requests").json() == ["/npm/lodash"] * 3
            for wrong in ({"path": "("}, {"kind": "x"}, [1]):
                assert httpx.post(f"{address}/_faults", json=wrong).status_code == 400
            for foreign in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
                assert httpx.get(url, headers=foreign).status_code == 403
                assert httpx.post(f"{address}/_faults", json=fault, headers=foreign).status_code == 403
        finally:
            server.terminate()
        assert server.wait(5) == 0


@pytest.mark.emulator
def test_the_emulator_serves_it(emulator: Any) -> None:
    base = f"{emulator.endpoint}/_companions/upstreams"
    assert httpx.get(f"{base}/npm/@babel%2Fcore").json()["name"] == "@babel/core"
    assert httpx.get(f"{base}/pypistats/api/packages/flask/recent?period=week").status_code == 200
    assert httpx.get(f"{base}/npm/no-such-package").status_code == 404


def test_what_discovery_asks(world: World) -> None:
    graph = get(world, "/depsdev/v3/systems/npm/packages/react/versions/19.2.0:dependencies")["nodes"]
    direct = [node["versionKey"]["name"] for node in graph if node["relation"] == "DIRECT"]
    assert direct[:2] == ["made-up-popular", "made-up-rare"]
    assert len(direct) == 5
    first = get(world, "/npmsio/v2/search?q=boost-exact:false&size=2&from=0")["results"]
    second = get(world, "/npmsio/v2/search?q=boost-exact:false&size=2&from=2")["results"]
    scores = [row["score"]["final"] for row in first + second]
    assert scores == sorted(scores, reverse=True)
    assert len({row["package"]["name"] for row in first + second}) == 4
    assert httpx.get(world.url + "/npmsio/v2/search?size=250&from=10000").status_code == 404
    rows = get(world, "/top_pypi/top-pypi-packages-30-days.min.json")["rows"]
    counts = [row["download_count"] for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 10**9


def test_repositories_are_called_as_github_allows() -> None:
    """Scoped packages and uncollected ones, too."""
    assert packages()["npm#@angular/core"].repository == "made-up/core"
    assert not [one.key for one in packages().values() if one.repository and one.repository.count("/") != 1]
