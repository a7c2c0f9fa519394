"""The connections under a request: kept for a while, through proxies, over TLS, and where a redirect leads."""

from __future__ import annotations

import gzip
import os
import socket
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.common import connections
from handlers.common.http import HttpClient, NoResponse
from pkgops.local.home import Home
from pkgops.local.server import certificate
from tests.handlers.pkgwatch.fixtures.scripted_server import ScriptedServer, answer, scripted, silent, tunnel


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of this machine's."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted() as served:
        yield served


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """A server over TLS, whose certificate is for localhost; the system trusts it."""
    home = Home(tmp_path)
    context = certificate.context(home)
    context.set_alpn_protocols(["http/1.1"])
    monkeypatch.setenv("SSL_CERT_FILE", str(home.certificate))
    connections._authorities.cache_clear()
    with scripted(context) as served:
        yield served
    connections._authorities.cache_clear()


def get(client: HttpClient, server: ScriptedServer, path: str = "/", **more: Any) -> Any:
    return client.request("GET", f"http://127.0.0.1:{server.port}{path}", 5, **more)


def failure(client: HttpClient, url: str, seconds: float = 5, **more: Any) -> NoResponse:
    with pytest.raises(NoResponse) as caught:
        client.request("GET", url, seconds, **more)
    return caught.value


def outcome(error: NoResponse) -> tuple[str, bool, bool]:
    return error.reason, error.retryable, error.sent


def test_a_connection_is_kept(server: ScriptedServer) -> None:
    client = HttpClient()
    assert [get(client, server).status for _ in range(3)] == [200] * 3
    assert server.connections == 1


def test_a_connection_that_was_idle_is_not_used_again(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something between us and the service may have forgotten it, and a request over it would be lost."""
    client = HttpClient()
    get(client, server)
    monkeypatch.setattr(connections, "_IDLE", 0.0)
    get(client, server)
    assert server.connections == 2


def test_a_connection_that_the_service_ended_is_not_used_again(server: ScriptedServer) -> None:
    server.steps = [answer(headers={"Connection": "close"}, ends=True), answer()]
    client = HttpClient()
    assert [get(client, server).status for _ in range(2)] == [200, 200]
    assert server.connections == 2


def test_requests_that_fail_use_up_no_connections(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_MOST", 1)
    client = HttpClient(max_bytes=10)
    url = f"http://127.0.0.1:{server.port}/"
    server.steps = [answer(content=b"x" * 1_000_000)]
    assert [outcome(failure(client, url)) for _ in range(2)] == [("response_too_large", False, True)] * 2
    server.steps = [silent]
    assert outcome(failure(client, url, 0.1)) == ("timeout", True, True)
    server.steps = [answer(content=b"x")]
    assert get(client, server).body == b"x"


def test_who_finds_all_connections_in_use_waits(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, at_once: Any
) -> None:
    monkeypatch.setattr(connections, "_MOST", 2)
    client = HttpClient()
    assert {answered.status for answered in at_once(lambda _: get(client, server), 8)} == {200}
    assert server.connections <= 2


@pytest.mark.parametrize("length", [3, 1_000_000])
def test_a_compressed_response(server: ScriptedServer, length: int) -> None:
    body = gzip.compress(b"x" * length)
    server.steps = [answer(content=body, headers={"Content-Encoding": "gzip"})]
    assert get(HttpClient(), server).body == b"x" * length
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_compressed_response_that_is_too_large_unpacked(server: ScriptedServer) -> None:
    server.steps = [answer(content=gzip.compress(b"x" * 1_000_000), headers={"Content-Encoding": "gzip"})]
    error = failure(HttpClient(max_bytes=100_000), f"http://127.0.0.1:{server.port}/")
    assert outcome(error) == ("response_too_large", False, True)


def test_a_response_that_is_not_compressed_as_it_says(server: ScriptedServer) -> None:
    server.steps = [answer(content=b"x" * 99, headers={"Content-Encoding": "gzip"})]
    error = failure(HttpClient(), f"http://127.0.0.1:{server.port}/")
    assert outcome(error) == ("connection_error", False, True)


def test_a_header_of_a_request_takes_the_place_of_the_clients(server: ScriptedServer) -> None:
    get(HttpClient({"User-Agent": "us", "Accept": "text/plain"}), server, headers={"accept": "application/json"})
    headers = server.requests[0].headers
    assert (headers["user-agent"], headers["accept"]) == ("us", "application/json")


@pytest.mark.parametrize("header", ["hidden\r\nx: y", "hidden\u20ac"])
def test_a_header_that_is_none_is_not_told(server: ScriptedServer, header: str) -> None:
    error = failure(HttpClient(), f"http://127.0.0.1:{server.port}/", headers={"Authorization": header})
    assert outcome(error) == ("connection_error", False, False)
    assert "hidden" not in "".join(traceback.format_exception(error))
    assert server.requests == []


def test_redirects_are_followed_only_where_that_is_wanted(server: ScriptedServer) -> None:
    away = answer(302, headers={"Location": "/there", "Connection": "close"}, ends=True)
    server.steps = [away]
    assert get(HttpClient(), server).status == 302
    server.steps = [away, answer(content=b"there")]
    assert get(HttpClient(redirects=2), server).body == b"there"
    assert [one.target for one in server.requests] == ["/", "/", "/there"]


def test_a_redirect_to_another_host_gets_no_credentials(server: ScriptedServer) -> None:
    with scripted() as other:
        server.steps = [answer(301, headers={"Location": f"http://127.0.0.1:{other.port}/"})]
        assert get(HttpClient(redirects=2), server, headers={"Authorization": "hidden"}).status == 200
        assert "authorization" not in other.requests[0].headers
    assert server.requests[0].headers["authorization"] == "hidden"


def test_redirects_that_do_not_end(server: ScriptedServer) -> None:
    server.steps = [answer(302, headers={"Location": "/"})]
    error = failure(HttpClient(redirects=3), f"http://127.0.0.1:{server.port}/")
    assert outcome(error) == ("connection_error", False, True)
    assert len(server.requests) == 4


def test_an_error_with_a_time_to_wait_is_a_response(server: ScriptedServer) -> None:
    server.steps = [answer(503, headers={"Retry-After": "60"})]
    assert get(HttpClient(redirects=2), server).retry_after == 60
    assert len(server.requests) == 1


def test_a_service_over_tls(secure: ScriptedServer) -> None:
    client = HttpClient()
    url = f"https://localhost:{secure.port}/"
    assert [client.request("GET", url, 5).status for _ in range(2)] == [200, 200]
    assert secure.connections == 1


def test_a_certificate_of_nobody_we_trust(secure: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    connections._authorities.cache_clear()
    error = failure(HttpClient(), f"https://localhost:{secure.port}/")
    assert outcome(error) == ("connection_error", True, False)
    assert secure.requests == []


def test_a_certificate_of_another_host(secure: ScriptedServer) -> None:
    assert outcome(failure(HttpClient(), f"https://127.0.0.2:{secure.port}/")) == ("connection_error", True, False)


def test_a_handshake_that_takes_too_long_has_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        error = failure(HttpClient(connect=0.1), f"https://127.0.0.1:{listening.getsockname()[1]}/")
    assert outcome(error) == ("timeout", True, False)


def test_a_proxy_of_the_environment(server: ScriptedServer, secure: ScriptedServer, monkeypatch: Any) -> None:
    server.steps = [tunnel]
    monkeypatch.setenv("HTTPS_PROXY", f"http://us%40er:pass@127.0.0.1:{server.port}")
    assert HttpClient().request("GET", f"https://localhost:{secure.port}/", 5).status == 200
    assert server.requests[0].headers["proxy-authorization"] == "Basic dXNAZXI6cGFzcw=="
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert HttpClient().request("GET", f"https://localhost:{secure.port}/", 5).status == 200
    assert len(server.requests) == 1


def test_a_proxy_that_refuses_has_sent_nothing(
    server: ScriptedServer, secure: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.steps = [answer(407, ends=True)]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
    error = failure(HttpClient(), f"https://localhost:{secure.port}/")
    assert outcome(error) == ("connection_error", True, False)
    assert secure.connections == 0
