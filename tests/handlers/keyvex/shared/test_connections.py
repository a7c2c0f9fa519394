"""Frames reach every live connection of one user, and nobody else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from handlers.keyvex.shared.connections import MAX_BYTES, frame_text, gateway_of, push, push_progress
from tests.handlers.keyvex.fixtures.sockets import Sockets, connection, sockets

LIVE = int(time.time()) + 3600


@pytest.fixture
def callback(patched: pytest.MonkeyPatch) -> Iterator[Sockets]:
    with sockets() as seen:
        patched.setenv("WEBSOCKET_CALLBACK_URL", seen.url + "/")
        yield seen


def test_all_connections_of_the_user_get_the_frame(world: Any, callback: Sockets) -> None:
    user, other = world.name("user"), world.name("user")
    for name, whose, ttl in (("c1", user, LIVE), ("c2", user, LIVE), ("old", user, 1), ("foreign", other, LIVE)):
        world.table.put(connection(name + user, whose, ttl))
    fields = {"jobId": "s1", "stepName": "magicSpark", "status": "started", "message": "m", "data": {}}
    assert push_progress(world.table, user, **fields) == 2
    assert sorted(callback.frames) == [f"c1{user}", f"c2{user}"]
    frame = callback.frames[f"c1{user}"][0]
    assert frame.pop("timestamp").endswith("Z")
    assert frame == {"type": "step_progress", **fields}


def test_a_connection_that_has_ended_is_forgotten_and_another_failure_is_not_its_end(
    world: Any, callback: Sockets
) -> None:
    user = world.name("user")
    names = {status: f"c{status}-{user}" for status in (200, 410, 413, 403)}
    for status, name in names.items():
        world.table.put(connection(name, user, LIVE))
        callback.statuses[name] = status
    assert push(world.table, user, {"type": "note"}) == 1
    left = [name for name in names.values() if world.item(f"CONNECTION#{name}", f"USER#{user}")]
    assert left == [names[200], names[413], names[403]]


def test_items_that_no_connection_has_do_not_hold_up_the_others(world: Any, callback: Sockets) -> None:
    user = world.name("user")
    live, odd = connection(f"live-{user}", user, LIVE), connection(f"odd-{user}", user, LIVE)
    nameless = {name: value for name, value in odd.items() if name != "connectionId"}
    for number, item in enumerate(({**odd, "ttl": "soon"}, nameless, {**odd, "connectionId": None}, live)):
        world.table.put({**item, "PK": f"{item['PK']}-{number}"})
    assert push(world.table, user, {"type": "note"}) == 1
    assert list(callback.frames) == [f"live-{user}"]


def test_an_address_that_is_none_is_no_error(world: Any) -> None:
    user = world.name("user")
    world.table.put({**connection(f"c-{user}", user, LIVE), "domainName": "no host", "stage": "dev"})
    assert push(world.table, user, {"type": "note"}) == 0


def test_no_connections_are_no_error(world: Any, callback: Sockets) -> None:
    assert push(world.table, world.name("user"), {"type": "note"}) == 0


def test_a_table_that_does_not_answer_is_no_error(world: Any, callback: Sockets) -> None:
    broken = type(world.table)(world.table.client, "there-is-no-such-table", ("PK", "SK"))
    assert push(broken, "user", {"type": "note"}) == 0


def test_the_address_is_the_one_a_client_connected_to(world: Any) -> None:
    found = gateway_of({"domainName": "abc.execute-api.us-east-1.amazonaws.com", "stage": "dev"})
    assert found is not None
    assert found.endpoint == "https://abc.execute-api.us-east-1.amazonaws.com/dev"
    assert gateway_of({"domainName": "abc.example.com"}) is None


def test_a_frame_that_is_too_large_loses_its_data() -> None:
    frame = {"type": "step_progress", "data": {"text": "x" * (MAX_BYTES - 60)}}
    assert '"x' not in frame_text({**frame, "more": "y" * 60})
    assert '"truncated":true' in frame_text({**frame, "more": "y" * 60})
    assert frame_text(frame).endswith('x"}}')
    wide = {"type": "step_progress", "data": "ü" * (MAX_BYTES // 2)}
    assert '"truncated":true' in frame_text(wide)
    assert frame_text({**wide, "data": "ü" * (MAX_BYTES // 2 - 30)}).endswith('üü"}')
    assert '"message":{"truncated":true}' in frame_text({"type": "echo", "message": "x" * MAX_BYTES}, "message")


def test_a_part_that_is_just_read_and_too_deep_to_be_written_in_a_frame_is_left_out() -> None:
    deepest: Any = None
    for depth in range(sys.getrecursionlimit()):  # how deep it goes depends on the callers
        with suppress(RecursionError):
            deepest = msgspec.json.decode("[" * depth + "1" + "]" * depth)
    assert frame_text({"type": "echo", "message": deepest}, "message") == '{"type":"echo","message":{"truncated":true}}'
