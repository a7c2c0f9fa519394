"""Stripe's SDK takes the proxy that the environment names."""

from __future__ import annotations

import traceback

import pytest

from tests.handlers.pkgwatch.fixtures.scripted_server import ScriptedServer, answer, tunnel
from tests.handlers.pkgwatch.fixtures.stripe_calls import SESSION, at, buy, client, failed


def test_a_proxy_gets_what_is_for_stripe(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.steps = [answer(content=SESSION)]
    monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{server.port}")  # its scheme may be left out
    assert buy(client("http://stripe.test")) == SESSION["url"]
    assert server.requests[0].target == "http://stripe.test/v1/billing_portal/sessions"


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_https_is_asked_for_a_tunnel(
    server: ScriptedServer, secure: ScriptedServer, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    server.steps = [tunnel]
    secure.steps = [answer(content=SESSION)]
    monkeypatch.setenv(variable, f"http://us%40er:pass@127.0.0.1:{server.port}")
    stripe = client(f"https://localhost:{secure.port}")
    assert (buy(stripe), buy(stripe)) == (SESSION["url"],) * 2
    (asked,) = server.requests
    assert (asked.method, asked.target) == ("CONNECT", f"localhost:{secure.port}")
    assert asked.headers["proxy-authorization"] == "Basic dXNAZXI6cGFzcw=="
    assert "authorization" not in asked.headers
    assert "proxy-authorization" not in secure.requests[0].headers


@pytest.mark.parametrize("without", ["localhost", "*", "stripe.test, .localhost", "localhost:{port}"])
def test_what_needs_no_proxy(secure: ScriptedServer, monkeypatch: pytest.MonkeyPatch, without: str) -> None:
    secure.steps = [answer(content=SESSION)]
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", without.format(port=secure.port))
    assert buy(client(f"https://localhost:{secure.port}")) == SESSION["url"]


def test_a_proxy_that_refuses(server: ScriptedServer, secure: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.steps = [answer(407, ends=True)]
    monkeypatch.setenv("HTTPS_PROXY", at(server))
    error = failed(client(f"https://localhost:{secure.port}"))
    assert error.should_retry
    assert [one.method for one in server.requests] == ["CONNECT"] * 2
    assert secure.connections == 0


@pytest.mark.parametrize(
    "proxy", ["socks5://user:hidden@127.0.0.1:9", "http://user:hidden@[", "http://user:hidden@host:port"]
)
def test_a_proxy_that_is_none_is_not_repeated_and_keeps_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    error = failed(client("https://stripe.test"))
    assert not error.should_retry
    assert "hidden" not in "".join(traceback.format_exception(error))
