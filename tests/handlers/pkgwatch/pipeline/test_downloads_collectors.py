"""The downloads collectors: candidates, throttling, stored attributes, and when a run stops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.download_count import ATTRIBUTES, Counts
from handlers.pkgwatch.collect.runs.downloads import Downloads, candidates
from handlers.pkgwatch.collect.runs.run import RunFailed, run
from handlers.pkgwatch.collect.sources import pypistats
from handlers.pkgwatch.collect.upstream.failures import UpstreamError
from handlers.pkgwatch.collect.upstream.throttle import Throttle
from handlers.pkgwatch.pipeline import npm_downloads_collector, pypi_downloads_collector
from handlers.pkgwatch.pipeline.npm_downloads_collector import calls, fetch
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.collector import Clock, new_name, upstream_client
from tests.handlers.pkgwatch.fixtures.upstreams import World


@pytest.fixture
def clock() -> Clock:
    return Clock(left=555.0)


pytestmark = pytest.mark.usefixtures("no_packages")


def put(world: Any, key: str, **attributes: Any) -> str:
    world.packages.put({"pk": key, "sk": "LATEST", **attributes})
    return key.partition("#")[2]


def stored(world: Any, key: str) -> dict[str, Any]:
    item = world.packages.get((key, "LATEST"), consistent=True)
    return {name: item[name] for name in ATTRIBUTES if name in item}


def npm(world: Any, upstream: World, clock: Clock, groups: Sequence[Sequence[str]]) -> dict[str, Any]:
    client = upstream_client(clock)
    downloads = Downloads("npm", "npm", lambda names: fetch(client, f"{upstream.url}/npm_api", names))
    return run(world.packages, downloads.look_up(groups, Throttle(client.deadline, 0.5)), clock)


def pypi(world: Any, upstream: World, clock: Clock, names: Sequence[str]) -> dict[str, Any]:
    client, base = upstream_client(clock), f"{upstream.url}/pypistats"
    downloads = Downloads("pypi", "pypistats", lambda one: {one[0]: pypistats.weekly_downloads(client, base, one[0])})
    found = downloads.look_up([[name] for name in names], Throttle(client.deadline, 2.5, retries=1))
    return run(world.packages, found, clock)


def test_candidates(world: Any) -> None:
    for day in range(1, 9):
        put(world, f"npm#day-{day}", downloads_fetched_at=f"2026-01-0{day}T00:00:00.000000+00:00")
    put(world, "npm#never-2")
    put(world, "npm#never-1")
    put(world, "pypi#never")
    world.packages.put({"pk": "FAILED#m", "sk": "2026-01-01", "name": "never"})
    assert candidates(world.packages, "npm", 4) == ["never-1", "never-2", "day-1", "day-2"]
    assert candidates(world.packages, "pypi", 4) == ["never"]


def test_calls_of_128_names_and_scoped_ones_singly() -> None:
    names = [f"package-{number}" for number in range(200)] + ["@a/b", "@a/c"]
    assert [len(call) for call in calls(names)] == [128, 72, 1, 1]
    assert calls(["x"]) == [["x"]]


def test_counts_are_stored(world: Any, upstream: World, clock: Clock) -> None:
    for name in ("lodash", "axios", "no-such-package", "@types/node", "@types/nothing"):
        put(world, f"npm#{name}", **({"weekly_downloads": 5} if name == "no-such-package" else {}))
    result = npm(world, upstream, clock, calls(candidates(world.packages, "npm", 200)))
    assert result == {
        "collected": 3,
        "unavailable": 2,
        "rate_limited": 0,
        "error": 0,
        "processed": 5,
        "stopped": "",
    }
    now = iso(clock.now)
    assert stored(world, "npm#lodash") == {
        "weekly_downloads": 62_000_000,
        "downloads_status": "collected",
        "downloads_source": "npm",
        "downloads_fetched_at": now,
    }
    unknown = {"downloads_status": "unavailable", "downloads_fetched_at": now}
    assert stored(world, "npm#no-such-package") == {
        "weekly_downloads": 5,
        "downloads_source": "npm_not_found",
        **unknown,
    }
    assert stored(world, "npm#@types/nothing") == {"weekly_downloads": 0, "downloads_source": "npm_404", **unknown}
    assert clock.slept == [0, 0.5, 0.5]


def test_a_deleted_package_is_not_created_again(world: Any, upstream: World, clock: Clock) -> None:
    assert npm(world, upstream, clock, [["lodash"]])["collected"] == 1
    assert world.packages.get(("npm#lodash", "LATEST")) is None


def test_a_rate_limit_slows_the_run_and_ends_it(world: Any, upstream: World, clock: Clock) -> None:
    names = [put(world, f"npm#@types/{new_name()}", downloads_fetched_at="before") for _ in range(6)]
    upstream.fault("/npm_api/.*", status=429)
    result = npm(world, upstream, clock, [[name] for name in names])
    assert (result["rate_limited"], result["stopped"]) == (3, "rate_limit")
    assert clock.slept == [0, 1, 2]
    limited = {"downloads_status": "rate_limited", "downloads_source": "npm_429", "downloads_fetched_at": "before"}
    assert stored(world, f"npm#{names[0]}") == limited
    assert stored(world, f"npm#{names[3]}") == {"downloads_fetched_at": "before"}


def test_a_run_continues_after_a_rate_limit(world: Any, upstream: World, clock: Clock) -> None:
    for name in ("node", "x", "y"):
        put(world, f"npm#@types/{name}")
    upstream.fault("/npm_api/.*", status=429, headers={"Retry-After": "30"}, times=1)
    result = npm(world, upstream, clock, [["@types/x"], ["@types/node"], ["@types/y"]])
    assert (result["rate_limited"], result["collected"], result["unavailable"]) == (1, 1, 1)
    assert clock.slept == [0, 30, 1]
    upstream.fault("/npm_api/.*", status=429, headers={"Retry-After": "3600"}, times=1)
    assert npm(world, upstream, clock, [["@types/x"], ["@types/node"]])["stopped"] == "rate_limit"


def test_the_interval_grows_to_ten_seconds(upstream: World, clock: Clock) -> None:
    client = upstream_client(clock)
    throttle = Throttle(client.deadline, 2.5, max_rate_limited=99)
    upstream.fault("/npm_api/.*", status=429)
    for _ in range(6):
        with pytest.raises(UpstreamError, match="429"):
            throttle.call(lambda: fetch(client, f"{upstream.url}/npm_api", ["x"]))
    assert clock.slept == [0, 5, 10, 10, 10, 10]


def test_pypi_retries_a_429_once(world: Any, upstream: World, clock: Clock) -> None:
    put(world, "pypi#flask")
    upstream.fault("/pypistats/.*", status=429, times=1)
    assert pypi(world, upstream, clock, ["flask"])["collected"] == 1
    assert stored(world, "pypi#flask")["downloads_source"] == "pypistats"
    assert clock.slept == [0, 5]


def test_a_refused_call_is_split(world: Any, upstream: World, clock: Clock) -> None:
    names = ["lodash", "axios", "bad", "chalk", "debug"]
    for name in names:
        put(world, f"npm#{name}")
    upstream.fault("/npm_api/.*bad.*", status=400)
    result = npm(world, upstream, clock, [names])
    assert (result["collected"], result["error"]) == (4, 1)
    assert stored(world, "npm#bad")["downloads_source"] == "npm_http_400"
    assert stored(world, "npm#bad")["downloads_status"] == "error"


def test_an_upstream_that_is_down_ends_the_run(world: Any, upstream: World, clock: Clock) -> None:
    names = [put(world, f"pypi#{new_name()}", weekly_downloads=8) for _ in range(9)]
    upstream.fault("/pypistats/.*", status=503)
    result = pypi(world, upstream, clock, names)
    assert (result["error"], result["stopped"], len(upstream.asked())) == (5, "upstream_down", 5)
    assert stored(world, f"pypi#{names[0]}") == {
        "weekly_downloads": 8,
        "downloads_status": "error",
        "downloads_source": "pypistats_http_503",
        "downloads_fetched_at": iso(clock.now),
    }


def test_findings_are_stored_when_time_runs_out(world: Any, upstream: World, clock: Clock) -> None:
    names = ["flask", "django", "pandas", "numpy"]
    for name in names:
        put(world, f"pypi#{name}")
    clock.left = 6
    result = pypi(world, upstream, clock, names)
    assert (result["collected"], result["stopped"]) == (3, "time")
    assert stored(world, "pypi#pandas")["weekly_downloads"] == 95_000_000
    assert stored(world, "pypi#numpy") == {}


def test_a_run_that_dies_loses_nine_at_most(world: Any, clock: Clock) -> None:
    names = [put(world, f"npm#{new_name()}") for _ in range(25)]

    def fetched(wanted: Sequence[str]) -> Counts:
        if wanted == [names[24]]:
            raise KeyboardInterrupt
        return dict.fromkeys(wanted, 3)

    throttle = Throttle(upstream_client(clock).deadline, 0)
    with pytest.raises(KeyboardInterrupt):
        run(world.packages, Downloads("npm", "npm", fetched).look_up([[name] for name in names], throttle), clock)
    assert sum("weekly_downloads" in stored(world, f"npm#{name}") for name in names) == 20


def test_a_count_that_cannot_be_stored_is_an_error(missing_table: Table, upstream: World, clock: Clock) -> None:
    client = upstream_client(clock)
    downloads = Downloads("npm", "npm", lambda names: fetch(client, f"{upstream.url}/npm_api", names))
    result = run(missing_table, downloads.look_up([["lodash", "axios"]], Throttle(client.deadline, 0)), clock)
    assert (result["collected"], result["error"], result["processed"]) == (0, 2, 2)


@pytest.mark.parametrize(
    ("module", "key", "path", "count"),
    [
        (npm_downloads_collector, "npm#lodash", "/npm_api/.*", 62_000_000),
        (pypi_downloads_collector, "pypi#flask", "/pypistats/.*", 33_000_000),
    ],
)
def test_the_functions(
    world: Any, upstream: World, patched: pytest.MonkeyPatch, module: Any, key: str, path: str, count: int
) -> None:
    put(world, key)
    for name, value in upstream.environment.items():
        patched.setenv(name, value)
    settings.cache_clear()
    assert module.handler({}, Context(remaining=600_000))["collected"] == 1
    assert stored(world, key)["weekly_downloads"] == count
    upstream.fault(path, status=503)
    with pytest.raises(RunFailed):
        module.handler({}, Context(remaining=600_000))
    assert module.handler({}, Context(remaining=45_000))["stopped"] == "time"
