"""POST /packages/request"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from handlers.pkgwatch.api.request_package import _client, exists, handler
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Answer, call, proxy_event


class DepsDev(BaseHTTPRequestHandler):
    """Knows every package whose name starts with real; moved ones are elsewhere; broken ones are an error."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name = self.path.rpartition("/")[2]
        status = 500 if name.startswith("broken") else 200 if name.startswith(("real", "%40real")) else 404
        self.send_response(301 if name.startswith("moved") else status)
        if name.startswith("moved"):
            self.send_header("Location", f"/v3/systems/npm/packages/real-{name}")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def depsdev() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), DepsDev)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    _client.cache_clear()  # and with it the connections it keeps, for whose end the server waits
    server.server_close()


@pytest.fixture(scope="module")
def salt(aws: Any) -> str:
    """The name of the secret."""
    aws("secretsmanager").create_secret(Name="test/ip-hash-salt", SecretString=json.dumps({"salt": "salt"}))
    return "test/ip-hash-salt"


@pytest.fixture
def reachable(environment: pytest.MonkeyPatch, depsdev: str, salt: str) -> Iterator[None]:
    with environment.context() as patch:
        patch.setenv("DEPSDEV_BASE_URL", depsdev)
        patch.setenv("IP_HASH_SALT_SECRET_ARN", salt)
        settings.cache_clear()
        yield
    settings.cache_clear()


def post(body: Any, source_ip: str) -> Answer:
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return call(handler, proxy_event("POST", "/packages/request", body=text, source_ip=source_ip))


def new_name() -> str:
    return f"real-{secrets.token_hex(6)}"


def test_a_new_package_is_added_and_queued(world: Any, reachable: None, source_ip: str) -> None:
    world.queued()
    name = f"@Real/{new_name()}"
    answer = post({"name": f"  {name} "}, source_ip)
    assert answer.status == 200
    assert answer.json.pop("message")
    assert {k: v for k, v in answer.json.items() if k != "message"} == {
        "status": "queued",
        "package": name.lower(),
        "ecosystem": "npm",
        "eta_minutes": 5,
    }
    item = world.packages.get((f"npm#{name.lower()}", "LATEST"))
    created = datetime.fromisoformat(item.pop("created_at"))
    assert datetime.fromisoformat(item.pop("next_retry_at")) - created == timedelta(hours=1)
    assert datetime.fromisoformat(item.pop("last_updated")) == created
    assert item == {
        "pk": f"npm#{name.lower()}",
        "sk": "LATEST",
        "ecosystem": "npm",
        "name": name.lower(),
        "tier": 3,
        "source": "user_request",
        "data_status": "pending",
        "retry_count": 0,
        "requested_by_ip_hash": hashlib.sha256(f"{source_ip}salt".encode()).hexdigest()[:16],
    }
    assert world.queued() == [
        {"ecosystem": "npm", "name": name.lower(), "tier": 3, "reason": "user_request"},
    ]
    assert DepsDev.asked[-1] == f"/v3/systems/npm/packages/%40real%2F{name.lower().partition('/')[2]}"


def test_a_name_nobody_knew_may_have_been_published_since(world: Any, reachable: None, source_ip: str) -> None:
    world.queued()
    name = new_name()
    world.packages.put({"pk": f"npm#{name}", "sk": "LATEST", "data_status": "not_found", "queryable": False})
    assert post({"name": name}, source_ip).json["status"] == "queued"
    assert world.packages.get((f"npm#{name}", "LATEST"))["data_status"] == "pending"
    assert [message["name"] for message in world.queued()] == [name]
    assert post({"name": name}, source_ip).json["status"] == "exists"


def test_without_a_salt_nothing_of_the_address_is_kept(
    world: Any, reachable: None, patched: pytest.MonkeyPatch, source_ip: str
) -> None:
    for missing in ("", "test/there-is-none"):
        patched.setenv("IP_HASH_SALT_SECRET_ARN", missing)
        settings.cache_clear()
        name = new_name()
        assert post({"name": name}, source_ip).json["status"] == "queued"
        assert "requested_by_ip_hash" not in world.packages.get((f"npm#{name}", "LATEST"))


def test_a_known_package(world: Any, reachable: None, source_ip: str) -> None:
    name = world.package()
    asked = len(DepsDev.asked)
    answer = post({"name": name.upper(), "ecosystem": "NPM"}, source_ip)
    assert (answer.status, answer.json["status"], answer.json["package"]) == (200, "exists", name)
    assert "eta_minutes" not in answer.json
    assert len(DepsDev.asked) == asked


def test_many_ask_for_the_same_package(world: Any, reachable: None, source_ip: str, at_once: Any) -> None:
    world.queued()
    name = new_name()
    answers = at_once(lambda n: post({"name": name}, f"{source_ip}-{n}").json["status"], 8)
    assert answers.count("queued") == 1
    assert answers.count("exists") == 7
    assert len(world.queued()) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        (None, "missing_name"),
        ({}, "missing_name"),
        ({"name": "   "}, "missing_name"),
        ({"name": 5}, "missing_name"),
        ({"name": "x", "ecosystem": "cargo"}, "invalid_ecosystem"),
        ({"name": "x", "ecosystem": None}, "invalid_ecosystem"),
    ],
)
def test_bad_requests_are_not_counted(world: Any, source_ip: str, body: Any, code: str) -> None:
    for _ in range(11):
        answer = post(body, source_ip)
        assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("name", ["nowhere", "broken", "_impossible", "x" * 3000])
def test_packages_that_do_not_exist(world: Any, reachable: None, source_ip: str, name: str) -> None:
    answer = post({"name": name}, source_ip)
    assert (answer.status, answer.code) == (404, "package_not_found")


def test_pypi_and_redirects(world: Any, reachable: None, source_ip: str, depsdev: str) -> None:
    name = f"Real_{secrets.token_hex(4)}.x"
    assert post({"name": name, "ecosystem": "pypi"}, source_ip).json["package"] == name.lower().replace(
        "_", "-"
    ).replace(".", "-")
    assert exists(depsdev, "npm", "moved-away")


def test_nobody_answers(world: Any) -> None:
    assert not exists("http://127.0.0.1:9", "npm", "real")


def test_ten_requests_a_day(world: Any, reachable: None, source_ip: str, at_once: Any) -> None:
    name = world.package()
    answers = at_once(lambda _: post({"name": name}, source_ip), 14)
    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) == 4
    assert {answer.code for answer in refused} == {"rate_limit_exceeded"}
