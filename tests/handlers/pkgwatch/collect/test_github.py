"""The GitHub source: requests, rate limits, and the attributes derived from a repository's activity."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.pkgwatch.collect.sources.github import GitHub
from handlers.pkgwatch.collect.sources.github_activity import (
    Activity,
    Commit,
    Issue,
    PullRequest,
    Repository,
    User,
    _Details,
    _Signature,
    activity_attributes,
)
from handlers.pkgwatch.collect.upstream.failures import UpstreamError
from tests.handlers.pkgwatch.fixtures.collector import Clock, upstream_client
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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def github(world: World, clock: Clock) -> GitHub:
    return GitHub(upstream_client(clock), f"{world.url}/github", "a-token")


def failure(github: GitHub) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        github.collect("fastify", "fastify", NOW)
    return caught.value


def test_five_requests_as_documented(world: World, github: GitHub) -> None:
    found = github.collect("fastify", "fastify", NOW)
    assert {name: found[name] for name in ("stars", "forks", "open_issues", "archived")} == {
        "stars": 34_900,
        "forks": 2500,
        "open_issues": 92,
        "archived": False,
    }
    assert (found["commits_90d"], found["active_contributors_90d"], found["true_bus_factor"]) == (81, 24, 3)
    path = "/github/repos/fastify/fastify"
    assert world.asked() == [
        path,
        f"{path}/commits?since=2025-12-04T12:00:00Z&per_page=100",
        f"{path}/contributors?per_page=100",
        f"{path}/issues?state=all&since=2025-12-04T12:00:00Z&per_page=100",
        f"{path}/pulls?state=all&sort=created&direction=desc&per_page=100",
    ]
    assert world.authorization == {"Bearer a-token"}


def test_without_a_token_no_header_is_sent(world: World, clock: Clock) -> None:
    GitHub(upstream_client(clock), f"{world.url}/github", "").collect("fastify", "fastify", NOW)
    assert world.authorization == {""}


def test_a_missing_repository_does_not_count_against_github(github: GitHub) -> None:
    with pytest.raises(UpstreamError) as caught:
        github.collect("nobody", "nothing", NOW)
    assert (caught.value.code, caught.value.blame) == ("repository_not_found", False)


@pytest.mark.parametrize("status", [403, 404, 409, 451])
def test_an_unreadable_list_counts_as_empty(world: World, github: GitHub, status: int) -> None:
    world.fault("/github/.*/commits.*", status=status)
    found = github.collect("fastify", "fastify", NOW)
    assert (found["commits_90d"], found["true_bus_factor"]) == (0, 1)
    assert found["days_since_last_commit"] == 1  # when something was last pushed
    assert len(world.asked("commits")) == 1


LIMITED: list[dict[str, Any]] = [
    {"status": 429},
    {"status": 403, "headers": {"Retry-After": "9"}},
    {"status": 403, "headers": {"X-RateLimit-Remaining": "0"}},
    {"status": 403, "document": {"message": "You have exceeded a secondary rate limit."}},
]


@pytest.mark.parametrize("fault", LIMITED)
def test_a_temporary_rate_limit(world: World, github: GitHub, clock: Clock, fault: dict[str, Any]) -> None:
    world.fault("/github/.*/issues.*", times=2, **fault)
    assert github.collect("fastify", "fastify", NOW)["stars"]
    assert len(world.asked("issues")) == 3
    assert clock.slept == [9.0 if fault.get("headers", {}).get("Retry-After") else 60.0] * 2


@pytest.mark.parametrize("fault", LIMITED)
def test_a_permanent_rate_limit(world: World, github: GitHub, fault: dict[str, Any]) -> None:
    world.fault("/github/.*", **fault)
    failed = failure(github)
    assert (failed.code, failed.blame) == ("rate_limit_exhausted", None)
    assert len(world.asked()) == 3


def test_a_rate_limit_longer_than_the_maximum_wait(world: World, github: GitHub, clock: Clock) -> None:
    reset = str(int(time.time()) + 1800)
    world.fault("/github/.*", status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    assert failure(github).code == "rate_limit_exhausted"
    assert len(world.asked()) == 1
    assert clock.slept == []


def test_the_wait_ends_at_the_reset_time(world: World, github: GitHub, clock: Clock) -> None:
    reset = str(int(time.time()) + 30)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    world.fault("/github/.*", status=403, headers=headers, times=1)
    assert github.collect("fastify", "fastify", NOW)["stars"]
    assert 25 < clock.slept[0] <= 30


def test_no_wait_beyond_the_deadline(world: World, github: GitHub, clock: Clock) -> None:
    clock.left = 50
    world.fault("/github/.*", status=429)
    assert failure(github).code == "rate_limit_exhausted"
    assert clock.slept == []


def test_server_errors(world: World, github: GitHub, clock: Clock) -> None:
    world.fault("/github/.*", status=502, times=2)
    assert github.collect("fastify", "fastify", NOW)["stars"]
    assert clock.slept == [1, 2]
    world.fault("/github/.*", status=502)
    failed = failure(github)
    assert (failed.code, failed.blame) == ("http_502", True)


def test_an_invalid_token(world: World, github: GitHub) -> None:
    world.fault("/github/.*", status=401)
    assert failure(github).code == "http_401"


def test_at_most_five_concurrent_requests(world: World, github: GitHub) -> None:
    world.fault("/github/.*", seconds=0.02)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: github.collect("fastify", "fastify", NOW), range(12)))
    assert world.most_at_once == 5


def commit(login: str | None, days: float = 1) -> Commit:
    date = (NOW - timedelta(days=days)).isoformat()
    return Commit(_Details(_Signature(date)), User(login) if login else None)


def pull(days: float, merged: bool = False) -> PullRequest:
    return PullRequest((NOW - timedelta(days=days)).isoformat(), NOW.isoformat() if merged else None)


def derived(**parts: Any) -> dict[str, Any]:
    empty = {"repository": Repository(), "commits": [], "contributors": [], "issues": [], "pulls": []}
    return activity_attributes(Activity(**{**empty, **parts}), NOW)


def test_authors_and_bots() -> None:
    logins = ["a"] * 40 + ["b"] * 20 + ["dependabot[bot]"] * 20 + ["Renovate-Bot"] * 5 + ["c"] * 5 + [None] * 9
    found = derived(commits=[commit(login) for login in logins])
    assert (found["commits_90d"], found["commits_90d_non_bot"], found["active_contributors_90d"]) == (99, 74, 5)
    assert found["true_bus_factor"] == 2  # 40 of 90 is less than half of those whose author is known
    assert found["bus_factor_confidence"] == "MEDIUM"
    assert found["contribution_distribution"][0] == {"login": "a", "commits": 40}


@pytest.mark.parametrize(("commits", "level"), [(100, "HIGH"), (30, "MEDIUM"), (29, "LOW"), (0, "LOW")])
def test_bus_factor_confidence(commits: int, level: str) -> None:
    assert derived(commits=[commit("a")] * commits)["bus_factor_confidence"] == level


def test_the_ten_most_active_authors_are_listed() -> None:
    found = derived(commits=[commit(f"person-{number}") for number in range(30)])
    assert len(found["contribution_distribution"]) == 10
    assert found["true_bus_factor"] == 15


@pytest.mark.parametrize(
    ("commits", "pushed_at", "days"),
    [
        ([commit("a", 9.9), commit("a", 3.9)], "2026-03-04T00:00:00Z", 3),
        ([commit("a", 95)], "2026-02-02T00:00:00Z", 30),
        ([], "2026-02-02T00:00:00Z", 30),
        ([], None, 999),
        ([], "nonsense", 999),
        ([commit("a", -3)], None, 0),
    ],
)
def test_days_since_last_commit(commits: list[Commit], pushed_at: str | None, days: int) -> None:
    assert derived(commits=commits, repository=Repository(pushed_at=pushed_at))["days_since_last_commit"] == days


def test_issue_response_hours() -> None:
    issues = [Issue("closed", 1), Issue("open", 3), Issue("open", 1), Issue("open", 0), Issue("open", 9, {})]
    assert derived(issues=issues)["avg_issue_response_hours"] == 40.0
    assert derived(issues=[Issue("closed", 1)] * 50 + [Issue("open", 1)] * 50)["avg_issue_response_hours"] == 24.0
    assert "avg_issue_response_hours" not in derived(issues=[Issue("open", 0)])


def test_pull_requests_of_the_last_90_days() -> None:
    found = derived(pulls=[pull(1, merged=True), pull(89), pull(91, merged=True), PullRequest("nonsense")])
    assert (found["prs_opened_90d"], found["prs_merged_90d"]) == (2, 1)
