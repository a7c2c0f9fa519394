"""The HTTP client for upstreams that are slow, broken, overloaded or wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from handlers.common.deadline import Deadline, OutOfTime
from handlers.pkgwatch.collect.upstream.client import UpstreamClient, backoff, http_client
from handlers.pkgwatch.collect.upstream.failures import NotFound, UpstreamError
from tests.handlers.pkgwatch.fixtures.collector import Clock, upstream_client
from tests.handlers.pkgwatch.fixtures.upstreams import World


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> UpstreamClient:
    return upstream_client(clock)


def get(client: UpstreamClient, upstream: World, **options: Any) -> Any:
    return client.get(f"{upstream.url}/npm/lodash", dict[str, Any], **options)


def failure(client: UpstreamClient, upstream: World, **options: Any) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        get(client, upstream, **options)
    return caught.value


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_transient_errors_are_retried(upstream: World, client: UpstreamClient, clock: Clock, status: int) -> None:
    upstream.fault("/npm/.*", status=status, times=2)
    assert get(client, upstream)["name"] == "lodash"
    assert len(upstream.asked()) == 3
    assert 0.5 <= clock.slept[0] <= 1
    assert 1 <= clock.slept[1] <= 2
    upstream.heal()
    upstream.fault("/npm/.*", status=status)
    failed = failure(client, upstream)
    assert (failed.code, failed.blame) == (f"http_{status}", True)
    assert len(upstream.asked()) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 410, 451, 501])
def test_other_errors_are_not_retried(upstream: World, client: UpstreamClient, clock: Clock, status: int) -> None:
    upstream.fault("/npm/.*", status=status)
    assert failure(client, upstream).code == f"http_{status}"
    assert len(upstream.asked()) == 1
    assert clock.slept == []


def test_not_found_is_an_answer(upstream: World, client: UpstreamClient) -> None:
    with pytest.raises(NotFound) as caught:
        client.get(f"{upstream.url}/npm/no-such-package", dict[str, Any])
    assert (caught.value.code, caught.value.blame) == ("package_not_found", False)
    assert len(upstream.asked()) == 1


@pytest.mark.parametrize("kind", ["truncated", "closed"])
def test_an_incomplete_response_is_retried(upstream: World, client: UpstreamClient, kind: str) -> None:
    upstream.fault("/npm/.*", kind=kind, times=2)
    assert get(client, upstream)["name"] == "lodash"
    assert len(upstream.asked()) == 3
    upstream.fault("/npm/.*", kind=kind)
    assert failure(client, upstream).code == "connection_error"


def test_a_refused_connection(client: UpstreamClient) -> None:
    with pytest.raises(UpstreamError, match="connection_error"):
        client.get("http://127.0.0.1:9/", dict[str, Any])


@pytest.mark.parametrize("url", ["http://[", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"])
def test_an_invalid_url(client: UpstreamClient, url: str) -> None:
    with pytest.raises(UpstreamError, match="connection_error"):
        client.get(url, dict[str, Any], attempts=1)


def test_a_port_out_of_range_is_no_other_port(upstream: World, client: UpstreamClient) -> None:
    """The C library reads a port modulo 65536, so that another server would answer."""
    port = int(upstream.url.rsplit(":", 1)[1])
    with pytest.raises(UpstreamError, match="connection_error"):
        client.get(f"http://127.0.0.1:{port + 65536}/npm/lodash", dict[str, Any], attempts=1)
    assert not upstream.asked()


@pytest.mark.parametrize("lie", [{"kind": "garbage"}, {"document": []}, {"document": "text"}, {"document": None}])
def test_a_response_of_another_shape_is_not_retried(
    upstream: World, client: UpstreamClient, lie: dict[str, Any]
) -> None:
    upstream.fault("/npm/.*", **({"kind": "garbage"} if lie.get("document", 0) is None else lie))
    failed = failure(client, upstream)
    assert (failed.code, failed.blame) == ("invalid_json_response", True)
    assert len(upstream.asked()) == 1


def test_an_endless_response_is_cut_off(upstream: World, client: UpstreamClient) -> None:
    upstream.fault("/npm/.*", kind="endless")
    short = replace(client, http=replace(client.http, max_bytes=200_000))
    assert failure(short, upstream).code == "response_too_large"
    assert len(upstream.asked()) == 1


def test_a_slow_response(upstream: World, client: UpstreamClient) -> None:
    upstream.fault("/npm/.*", seconds=0.3)
    assert failure(replace(client, timeout=0.1), upstream, attempts=2).code == "timeout"
    assert len(upstream.asked()) == 2


def test_a_response_that_arrives_byte_by_byte(upstream: World, client: UpstreamClient) -> None:
    """Each byte is in time, all of them are not."""
    upstream.fault("/npm/.*", kind="drip")
    assert failure(replace(client, timeout=0.2), upstream, attempts=1).code == "timeout"


def test_retry_after_is_honored(upstream: World, client: UpstreamClient, clock: Clock) -> None:
    upstream.fault("/npm/.*", status=429, headers={"Retry-After": "17"}, times=1)
    assert get(client, upstream)
    assert clock.slept == [17]


@pytest.mark.parametrize("seconds", ["61", "3600"])
def test_a_long_retry_after_ends_the_attempts(
    upstream: World, client: UpstreamClient, clock: Clock, seconds: str
) -> None:
    upstream.fault("/npm/.*", status=429, headers={"Retry-After": seconds})
    assert failure(client, upstream).code == "http_429"
    assert len(upstream.asked()) == 1
    assert clock.slept == []


@pytest.mark.parametrize("seconds", ["soon", "-5", "nan", "inf", "Wed, 21 Oct 2065 07:28:00 GMT"])
def test_an_invalid_retry_after_is_ignored(upstream: World, client: UpstreamClient, clock: Clock, seconds: str) -> None:
    upstream.fault("/npm/.*", status=429, headers={"Retry-After": seconds}, times=1)
    assert get(client, upstream)
    assert len(clock.slept) == 1
    assert clock.slept[0] <= 1


def test_no_request_and_no_wait_beyond_the_deadline(upstream: World, client: UpstreamClient, clock: Clock) -> None:
    clock.left = 0
    with pytest.raises(OutOfTime):
        get(client, upstream)
    assert upstream.asked() == []
    clock.left = 5
    upstream.fault("/npm/.*", status=429, headers={"Retry-After": "17"})
    with pytest.raises(OutOfTime):
        get(client, upstream)
    assert clock.slept == []


def test_a_request_that_outlasts_the_deadline(upstream: World) -> None:
    ends = iter([0.1, 0.0])
    client = UpstreamClient(http_client(), Deadline(lambda: next(ends)))
    upstream.fault("/npm/.*", seconds=0.5)
    with pytest.raises(OutOfTime):
        client.fetch(f"{upstream.url}/npm/lodash")


def test_backoff_is_random() -> None:
    waits = {round(backoff(3), 6) for _ in range(50)}
    assert len(waits) > 40
    assert min(waits) >= 2
    assert max(waits) <= 4


def test_connections_are_reused(upstream: World, client: UpstreamClient) -> None:
    for _ in range(20):
        get(client, upstream)
    assert upstream.connections <= 3
