"""The scorecard collector: candidates, stored attributes, and when a run stops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.runs.run import RunFailed, run
from handlers.pkgwatch.collect.sources import scorecard
from handlers.pkgwatch.collect.upstream.throttle import Throttle
from handlers.pkgwatch.pipeline.openssf_collector import candidates, handler, look_up
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.collector import Clock, Collector, message, upstream_client
from tests.handlers.pkgwatch.fixtures.upstreams import World


@pytest.fixture
def clock() -> Clock:
    return Clock(left=555.0)


pytestmark = pytest.mark.usefixtures("no_packages")


def put(world: Any, name: str, repository: str = "", **attributes: Any) -> None:
    url = f"https://github.com/{repository or f'made-up/{name}'}"
    world.packages.put({"pk": f"npm#{name}", "sk": "LATEST", "name": name, "repository_url": url, **attributes})


def collect(world: Any, upstream: World, clock: Clock, most: int = 200) -> dict[str, Any]:
    client = upstream_client(clock)
    due = candidates(world.packages, most, clock.now)

    def fetch(owner: str, name: str) -> dict[str, Any]:
        return scorecard.collect(client, f"{upstream.url}/openssf", owner, name)

    return run(world.packages, look_up(due, fetch, Throttle(client.deadline, 0.5, max_rate_limited=1)), clock)


def item(world: Any, name: str) -> dict[str, Any]:
    return world.packages.get((f"npm#{name}", "LATEST"), consistent=True)


def test_candidates(world: Any, clock: Clock) -> None:
    old, new = (iso(clock.now - timedelta(days=days)) for days in (8, 6))
    older = iso(clock.now - timedelta(days=30))
    put(world, "third", tier=3)
    put(world, "first", tier=1)
    put(world, "untiered")
    put(world, "asked-long-ago", tier=1, openssf_source="not_found", openssf_checked_at=old)
    put(world, "asked", tier=1, openssf_source="not_found", openssf_checked_at=new)
    put(world, "old", tier=1, openssf_score=5, openssf_date=old)
    put(world, "older", tier=3, openssf_score=5, openssf_date=older)
    put(world, "old-card-just-read", tier=1, openssf_score=5, openssf_date=older, openssf_checked_at=new)
    world.packages.put({"pk": "npm#gitlab", "sk": "LATEST", "repository_url": "https://gitlab.com/a/b"})
    world.packages.put({"pk": "npm#nowhere", "sk": "LATEST"})
    found = [key[0].removeprefix("npm#") for key, _ in candidates(world.packages, 200, clock.now)]
    assert found == ["first", "asked-long-ago", "third", "untiered", "older", "old"]
    assert len(candidates(world.packages, 2, clock.now)) == 2


def test_scorecards_are_stored(world: Any, upstream: World, clock: Clock) -> None:
    put(world, "react", "facebook/react", stars=7)
    put(world, "react-dom", "facebook/react")
    put(world, "unknown", "nobody/nothing")
    counts = {"collected": 2, "unavailable": 1, "rate_limited": 0, "error": 0, "processed": 3, "stopped": ""}
    assert collect(world, upstream, clock) == counts
    assert sorted(upstream.asked()) == [
        "/openssf/projects/github.com/facebook/react",
        "/openssf/projects/github.com/nobody/nothing",
    ]
    found = item(world, "react")
    assert (found["openssf_score"], found["openssf_source"], found["stars"]) == (7.6, "direct_batch", 7)
    assert {check["name"] for check in found["openssf_checks"]} == {"Security-Policy", "License", "Maintained"}
    assert item(world, "unknown")["openssf_source"] == "not_found"
    assert clock.slept == [0, 0.5]
    assert collect(world, upstream, clock)["processed"] == 0


def test_the_package_collector_reuses_scorecards(world: Any, upstream: World, clock: Clock) -> None:
    put(world, "redux", "reduxjs/redux")
    collect(world, upstream, clock)
    upstream.fault("/depsdev/v3/projects/.*", status=404)
    collector = Collector(world.packages, upstream, clock)
    assert collector.deliver(message("npm#redux", force_refresh=True)) == []
    found = item(world, "redux")
    assert (found["openssf_score"], found["openssf_source"]) == (5.6, "cached_fresh")
    assert len(upstream.asked("/openssf/")) == 1


def test_a_rate_limit_ends_the_run(world: Any, upstream: World, clock: Clock) -> None:
    for number in range(3):
        put(world, f"package-{number}")
    upstream.fault("/openssf/.*", status=429)
    result = collect(world, upstream, clock)
    assert (result["rate_limited"], result["stopped"], len(upstream.asked())) == (1, "rate_limit", 1)
    assert "openssf_source" not in item(world, "package-0")


def test_an_upstream_that_is_down_ends_the_run(world: Any, upstream: World, clock: Clock) -> None:
    for number in range(9):
        put(world, f"package-{number}")
    upstream.fault("/openssf/.*", kind="garbage")
    result = collect(world, upstream, clock)
    assert (result["error"], result["stopped"]) == (5, "upstream_down")


def test_the_function(world: Any, upstream: World, patched: pytest.MonkeyPatch) -> None:
    put(world, "react", "facebook/react")
    patched.setenv("OPENSSF_BASE_URL", f"{upstream.url}/openssf")
    settings.cache_clear()
    assert handler({}, Context(remaining=600_000))["collected"] == 1
    put(world, "vue", "vuejs/core")
    upstream.fault("/openssf/.*", status=503)
    with pytest.raises(RunFailed):
        handler({}, Context(remaining=600_000))
