"""How tests ask a companion of `shop_project`, and which of its processes there are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from pkgops.local.server.companion_proxy import CompanionProxy
from pkgops.testing.deployed import free_port
from tests.processes import command


def companions(server: int) -> list[int]:
    """The companions a server has started."""
    return [child.pid for child in psutil.Process(server).children() if "companions.shop.counter" in command(child)]


async def asked(proxy: CompanionProxy) -> int:
    """The status of a request below the emulator's port."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def nobody(*_: Any) -> None:
        raise AssertionError("it is a companion's path")

    path = "/_companions/counter/pages/"
    head = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    await proxy.wrap(nobody)({**head, "headers": [(b"host", b"127.0.0.1")]}, receive, send)
    return int(sent[0]["status"])


async def counted(address: str) -> int:
    """How many requests the companion at its own address has had."""
    async with httpx.AsyncClient() as http:
        return int((await http.get(f"{address}/count")).json()["requests"])


def with_proxy(project: Path, scenario: Callable[[CompanionProxy], Awaitable[None]]) -> None:
    async def run() -> None:
        proxy = CompanionProxy(project, free_port())
        try:
            await scenario(proxy)
        finally:
            await proxy.stop()

    asyncio.run(run())
