"""Every distribution answers on a port of its own, over http and https, and nothing else does there."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import Any

import httpx
import pytest

from pkgops.local.client.distributions import local_value, own_hosts
from pkgops.local.client.emulator import Emulator
from pkgops.local.home import Home
from tests.emulator import client
from tests.pkgops.local.edge.site import Visitor, address, behavior, distribution
from tests.waiting import eventually

pytestmark = pytest.mark.emulator

ORIGIN = {"Id": "one", "DomainName": "127.0.0.1", "CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}}
SITE = distribution([ORIGIN], behavior("one", ViewerProtocolPolicy="redirect-to-https"), Comment="A shop")


def make(emulator: Emulator, reference: str) -> dict[str, Any]:
    """A distribution made through CloudFront's API."""
    origins = {"Quantity": 1, "Items": [ORIGIN["CustomOriginConfig"] | {"HTTPPort": 80, "HTTPSPort": 443}]}
    origins["Items"] = [{**ORIGIN, "CustomOriginConfig": origins["Items"][0]}]
    default = behavior("one", ViewerProtocolPolicy="redirect-to-https")
    config = {
        "CallerReference": reference,
        "Comment": "by API",
        "Enabled": True,
        "Origins": origins,
        "DefaultCacheBehavior": default,
    }
    made: dict[str, Any] = client(emulator, "cloudfront").create_distribution(DistributionConfig=config)["Distribution"]
    return made


def test_one_port_takes_both_and_redirects_to_itself(emulator, deploy, visit):
    stack = deploy({"Distribution": SITE})
    visitor = visit(stack)
    answer = visitor.get("/a%20b?x=1&x=2")
    assert (answer.status_code, answer.headers["location"]) == (301, f"{visitor.secure}/a%20b?x=1&x=2")
    assert visitor.get("/", "POST").status_code in (403, 307)
    assert visitor.get("/", secure=True).status_code == 502  # the origin does not exist
    assert local_value(f"https://{_domain(emulator, stack)}/x", emulator.endpoint) == f"{visitor.secure}/x"


def test_http2_is_spoken(emulator, deploy, visit):
    visitor = visit(deploy({"Distribution": SITE}))
    with socket.create_connection(("127.0.0.1", int(visitor.secure.rpartition(":")[2]))) as plain:
        context = ssl.create_default_context(cafile=str(Home(emulator.home).certificate))
        context.set_alpn_protocols(["h2", "http/1.1"])
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
            assert secure.selected_alpn_protocol() == "h2"


def test_an_updated_distribution_keeps_its_port_and_a_deleted_one_gives_it_up(emulator, deploy, visit):
    stack = deploy({"Distribution": SITE})
    before = visit(stack).secure
    changed = distribution([ORIGIN], behavior("one"), Comment="Another comment")
    assert visit(stack.update({"Resources": {"Distribution": changed}})).secure == before
    assert visit(stack).get("/").status_code == 502
    stack.delete()
    with pytest.raises(httpx.ConnectError):
        httpx.get(before)


def test_the_control_plane_is_not_behind_it(emulator, deploy, visit):
    visitor = visit(deploy({"Distribution": SITE}))
    for path in ("/_ministack/health", "/_pkgops/identity", "/_ministack/reset", "/?Action=ListUsers"):
        assert visitor.get(path, secure=True).status_code == 502  # the origin's, whatever the path
    answer = visitor.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert visitor.get("/", headers={"Host": f"site.localhost:{visitor.secure.rpartition(':')[2]}"}).status_code == 301


@pytest.mark.parametrize(
    "said", [b"", b"\x16", b"\x16\x03\x01\x00\x05hello", b"\x00\xff" * 50, b"POST / HTTP/1.1\r\nHost: 127"]
)
def test_who_speaks_no_http_leaves_the_port_as_it_was(emulator, deploy, visit, said):
    visitor = visit(deploy({"Distribution": SITE}))
    port = int(visitor.secure.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as waiting:
        waiting.sendall(said)
        assert visitor.get("/").status_code == 301  # while the other one is still there
    body = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf"
    with socket.create_connection(("127.0.0.1", port)) as gone:
        gone.sendall(body)
    assert visitor.get("/", secure=True).status_code == 502


@pytest.mark.parametrize("target", ["http://127.0.0.1/x", "*", "x", "@127.0.0.1:{port}/_ministack/health"])
def test_a_target_that_is_no_path_reaches_no_origin(emulator, deploy, visit, target):
    visitor = visit(deploy({"Distribution": distribution([ORIGIN], behavior("one"))}))
    said = f"GET {target.format(port=emulator.port)} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(visitor.secure.rpartition(":")[2]))) as plain:
        plain.sendall(said.encode())
        assert b"".join(iter(lambda: plain.recv(65536), b"")).startswith(b"HTTP/1.1 400 ")


def test_a_viewer_who_still_sends_when_the_server_closes_leaves_no_error_behind(emulator, deploy, visit):
    visitor = visit(deploy({"Distribution": SITE}))
    port = int(visitor.secure.rpartition(":")[2])
    context = ssl.create_default_context(cafile=str(Home(emulator.home).certificate))
    before = Home(emulator.home).log.stat().st_size
    lines = b"".join(b"X%d: 1\r\n" % number for number in range(5000))
    plain = socket.create_connection(("127.0.0.1", port))
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
        secure.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + lines + b"\r\n")
        with suppress(OSError):
            while secure.recv(65536):
                pass
    assert visitor.get("/").status_code == 301
    assert b"Traceback" not in Home(emulator.home).log.read_bytes()[before:]


def test_the_emulators_own_port_takes_its_domain(emulator, deploy):
    stack = deploy({"Distribution": SITE})
    domain = _domain(emulator, stack)
    answer = httpx.get(f"{emulator.endpoint}/x", headers={"Host": domain, "Origin": "http://page.example"})
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{domain}/x")
    secure = {"Host": domain, "X-Forwarded-Proto": "https"}
    for path in ("/login", "/v1/x", "/oauth2/token", "/restapis/x"):
        assert httpx.get(f"{emulator.endpoint}{path}", headers=secure).status_code == 502  # the origin's
    for path in ("/_ministack/reset", "/_pkgops/identity", "/health"):
        assert httpx.get(f"{emulator.endpoint}{path}", headers=secure).status_code == 403  # the guard's


def test_ports_stay_over_restarts_and_while_another_program_has_one(fresh):
    fresh.up()
    assert not Home(fresh.home).certificate.exists()
    ids = [make(fresh, reference)["Id"] for reference in ("one", "two")]
    before = [address(fresh, id) for id in ids]
    assert len(set(before)) == 2
    socket_api = {"ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action"}
    api = client(fresh, "apigatewayv2").create_api(Name="socket", **socket_api)["ApiId"]
    host = own_hosts(fresh.endpoint)[api]
    fresh.down()
    fresh.up()
    assert [address(fresh, id) for id in ids] == before
    assert own_hosts(fresh.endpoint)[api] == host
    fresh.down()
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(before[0].rpartition(":")[2])))
        other.listen()
        fresh.up()
        moved = address(fresh, ids[0])
        assert moved not in before
        assert address(fresh, ids[1]) == before[1]
        assert Visitor(fresh, ids[0]).get("/").status_code == 301
        assert Visitor(fresh, ids[0]).get("/", secure=True).status_code == 502
    fresh.reset()
    eventually(lambda: not fresh.status().distributions)


def _domain(emulator: Emulator, stack: Any) -> str:
    id = stack.physical("Distribution")
    return next(row.domain for row in emulator.status().distributions if row.id == id)
