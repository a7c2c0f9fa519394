"""A project's companions: when they start, who reaches them, when they end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.testing.deployed import free_port
from tests.emulator import client
from tests.pkgops.local.server.companion_asking import companions
from tests.pkgops.local.server.shop_project import shop_project
from tests.processes import ended, listening_addresses, needs_process_table
from tests.repository import ROOT

pytestmark = pytest.mark.emulator


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Emulator]:
    """The emulator of a project with a companion, not started yet."""
    one = Emulator.of(shop_project(tmp_path / "shop"), free_port())
    yield one
    one.down()


def ask(emulator: Emulator, path: str = "/count", name: str = "counter", **headers: str) -> httpx.Response:
    return httpx.get(f"{emulator.endpoint}/_companions/{name}{path}", headers=headers)


def requests(emulator: Emulator) -> int:
    return int(ask(emulator).json()["requests"])


@needs_process_table
def test_a_companion_lives_until_the_emulator_is_emptied_or_ends(shop: Emulator) -> None:
    server = shop.up().pid
    assert companions(server) == []
    assert [requests(shop), requests(shop)] == [1, 2]
    (first,) = companions(server)
    assert listening_addresses(first) == {"127.0.0.1"}

    shop.reset()
    assert ended(first)
    assert requests(shop) == 1

    (second,) = companions(server)
    os.kill(second, signal.SIGKILL)
    assert ended(second)
    assert requests(shop) == 1
    (third,) = companions(server)
    shop.down()
    assert ended(third)


def test_half_a_request_does_not_reach_a_companion(shop: Emulator) -> None:
    shop.up()
    before = requests(shop)
    head = f"POST /_companions/counter/count HTTP/1.1\r\nHost: 127.0.0.1:{shop.port}\r\nContent-Length: 9\r\n\r\n"
    with socket.create_connection(("127.0.0.1", shop.port)) as one:
        one.sendall(head.encode() + b"half")
        one.shutdown(socket.SHUT_WR)
        assert one.recv(1) == b""
    assert requests(shop) == before + 1


@needs_process_table
def test_a_companion_does_not_outlive_a_killed_emulator(shop: Emulator) -> None:
    server = shop.up().pid
    requests(shop)
    (companion,) = companions(server)
    os.kill(server, signal.SIGKILL)
    assert ended(companion)


def test_a_companion_reads_what_is_deployed(shop: Emulator) -> None:
    shop.up()
    found = ask(shop, "/deployed").json()
    assert (found["output"], found["secret"]) == ("", "")
    address = "https://a1b2.execute-api.us-east-1.amazonaws.com/v1"
    template = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {"Url": {"Value": address}},
    }
    cloudformation = client(shop, "cloudformation")
    cloudformation.create_stack(StackName="Shop-local", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="Shop-local", WaiterConfig={"Delay": 1})
    client(shop, "secretsmanager").create_secret(Name="shop/key", SecretString='{"key": "hidden"}')
    found = ask(shop, "/deployed%2Fy?a=1").json()
    assert found["output"] == f"{shop.endpoint}/_aws/execute-api/a1b2/v1"
    assert found["secret"] == "hidden"
    assert found["path"] == "/deployed%2Fy?a=1"
    assert found["base"] == f"{shop.endpoint}/_companions/counter"


def test_only_this_machine_is_answered_and_browsers_on_pages_alone(shop: Emulator) -> None:
    shop.up()
    assert ask(shop).status_code == 200
    assert ask(shop, Host="evil.example").status_code == 403
    assert ask(shop, Origin="https://evil.example").status_code == 403
    assert ask(shop, Referer="https://evil.example/").status_code == 403
    assert ask(shop, **{"Sec-Fetch-Site": "none"}).status_code == 403
    assert ask(shop, "/pagesx", Origin=shop.endpoint).status_code == 403
    assert ask(shop, "/pages/%2e%2e/count", Origin=shop.endpoint).status_code == 403
    assert ask(shop, "/pages/pay", Origin=shop.endpoint).status_code == 200


@pytest.mark.parametrize(("name", "status"), [("unknown", 404), ("shop", 404), ("__pycache__", 403)])
def test_an_unknown_companion(emulator: Emulator, name: str, status: int) -> None:
    assert ask(emulator, name=name).status_code == status


def test_an_emulator_without_a_project_has_none(tmp_path: Path) -> None:
    alone = Emulator(tmp_path / "local", free_port())
    try:
        alone.up()
        assert ask(alone, name="stripe").status_code == 404
    finally:
        alone.down()


def test_a_name_two_systems_use_is_refused(tmp_path: Path) -> None:
    emulator = Emulator.of(shop_project(tmp_path / "two", "shop", "stall"), free_port())
    try:
        emulator.up()
        answer = ask(emulator)
        assert answer.status_code == 404
        assert "companions.shop.counter, companions.stall.counter" in answer.text
    finally:
        emulator.down()


@needs_process_table
def test_it_serves_alone(tmp_path: Path) -> None:
    project = shop_project(tmp_path / "shop")
    command = [sys.executable, "-m", "companions.shop.counter", "--port=0"]
    environment = {**os.environ, "PYTHONPATH": f"{project}{os.pathsep}{ROOT}"}
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout
        address = server.stdout.readline().split()[-1]
        try:
            found = httpx.get(f"{address}/deployed").json()
            assert (found["base"], found["output"], found["secret"]) == (address, "", "")
            assert httpx.get(f"{address}/x", headers={"Host": "evil.example"}).status_code == 403
            assert listening_addresses(server.pid) == {"127.0.0.1"}
        finally:
            server.terminate()
        assert server.wait(5) == 0
