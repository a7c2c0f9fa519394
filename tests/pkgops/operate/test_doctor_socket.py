"""The doctor tries a system's WebSocket API where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.operate.doctor.check import Check
from pkgops.operate.doctor.doctor import run_checks
from pkgops.testing.deployed import free_port
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks
from tests.pkgops.operate.test_socket_ping import rude, serving, talking
from tests.repository import link_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    link_project(tmp_path, f"[local]\nport = {free_port()}\n[dev]\n")
    return tmp_path


def check(root: Path, stage: str, url: str = "") -> Check:
    stacks = FakeStacks()
    if url:
        stacks.deployed("AlwaysCoder-dev-Api", "UPDATE_COMPLETE", outputs={"WebSocketUrl": url})
    ports = FakePorts(stacks=stacks, endpoint=None)
    (found,) = [one for one in run_checks(stage, "always_coder", root, lambda *_: ports) if one.name == "WebSocket API"]
    return found


def test_one_that_answers(root: Path) -> None:
    async def short(peer):
        assert await peer.receive_json() == {"type": "ping"}
        await peer.send_json({"type": "pong", "timestamp": 1})

    with serving(talking(short)) as url:
        found = check(root, "dev", url)
    assert found.state == "ok"
    assert found.found.startswith(f"{url} answers (")


def test_one_that_hangs_up(root: Path) -> None:
    with serving(talking(rude)) as url:
        found = check(root, "dev", url)
    assert (found.state, found.remedy) == ("fail", "Look at the functions' logs.")


def test_nothing_to_try(root: Path) -> None:
    assert check(root, "dev").found == "always_coder is not deployed on stage dev, so there is none to try"
    assert check(root, "local").found == "the emulator is not running, so there is none to try"
    assert "WebSocket API" not in [one.name for one in run_checks("local", "kefir", root)]
