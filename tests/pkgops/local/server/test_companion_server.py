"""The address of a companion, and the processes that come and go behind it."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.local.server.companion_proxy import CompanionProxy
from pkgops.testing.deployed import free_port
from tests.emulator import client
from tests.pkgops.local.conftest import create_function
from tests.pkgops.local.server.companion_asking import asked, companions, counted, with_proxy
from tests.pkgops.local.server.shop_project import shop_project
from tests.processes import ended, needs_process_table

pytestmark = pytest.mark.emulator


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Emulator]:
    """The emulator of a project with a companion."""
    one = Emulator.of(shop_project(tmp_path / "shop"), free_port())
    one.up()
    yield one
    one.down()


@needs_process_table
def test_a_companion_whose_end_was_not_noticed_is_replaced(tmp_path: Path) -> None:
    """The request comes before the server's loop has seen that its companion has ended."""

    async def scenario(proxy: CompanionProxy) -> None:
        assert await asked(proxy) == 200
        (first,) = companions(os.getpid())
        os.kill(first, signal.SIGKILL)
        assert ended(first)  # without letting the loop go on
        assert await asked(proxy) == 200
        (second,) = companions(os.getpid())
        assert second != first

    with_proxy(shop_project(tmp_path / "shop"), scenario)


@needs_process_table
def test_the_address_of_a_companion_stays_when_its_process_does_not(tmp_path: Path) -> None:
    async def scenario(proxy: CompanionProxy) -> None:
        address = proxy.address("counter")
        assert companions(os.getpid()) == []
        assert [await counted(address), await counted(address)] == [1, 2]
        (first,) = companions(os.getpid())
        os.kill(first, signal.SIGKILL)
        assert await counted(address) == 1
        assert proxy.address("counter") == address
        await proxy.stop()
        assert companions(os.getpid()) == []

    with_proxy(shop_project(tmp_path / "shop"), scenario)


def test_who_waits_for_a_companion_that_cannot_start_is_told(tmp_path: Path) -> None:
    project = shop_project(tmp_path / "shop")
    main = project / "companions/shop/counter/__main__.py"
    whole = main.read_text()
    main.write_text("raise SystemExit(3)")

    async def scenario(proxy: CompanionProxy) -> None:
        assert await asked(proxy) == 502
        async with httpx.AsyncClient() as http:
            answer = await http.post(proxy.address("counter"), content=b"x")
        assert (answer.status_code, "counter does not answer" in answer.text) == (502, True)
        main.write_text(whole)
        assert await asked(proxy) == 200

    with_proxy(project, scenario)


def test_a_companion_two_systems_have_or_none_has_no_address(tmp_path: Path) -> None:
    async def scenario(proxy: CompanionProxy) -> None:
        assert (proxy.address("counter"), proxy.address("unknown")) == ("", "")

    with_proxy(shop_project(tmp_path / "two", "shop", "stall"), scenario)


def test_functions_reach_a_companion_at_its_own_address(shop: Emulator) -> None:
    below = f"{shop.endpoint}/_companions/counter"
    others = {"TEXT": f"see {below}", "OTHER": f"{shop.endpoint}/_companions/unknown/a"}
    code = """
        import json, os, urllib.request
        def handler(event, context):
            found = {name: os.environ[name] for name in ("TEXT", "OTHER")}
            with urllib.request.urlopen(os.environ["COUNTER"] + "/deployed") as answer:
                return {**found, "address": os.environ["COUNTER"], "seen": json.load(answer)}
        """
    create_function(shop, "asks", code, Environment={"Variables": {"COUNTER": f"{below}/a%2Fb", **others}})
    answer = client(shop, "lambda").invoke(FunctionName="asks")
    found = json.load(answer["Payload"])
    assert {name: found[name] for name in others} == others
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/a%2Fb", found["address"])
    assert not found["address"].startswith(shop.endpoint)
    assert (found["seen"]["path"], found["seen"]["base"]) == ("/a%2Fb/deployed", below)
