"""Every frame of the protocol, over WebSockets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.always_coder.relay import Clients, Peer, Play, Relay, envelope, new_session

pytestmark = pytest.mark.e2e


def error(code: str, message: str) -> dict[str, Any]:
    return {"type": "error", "code": code, "message": message}


NOT_FOUND = error("SESSION_NOT_FOUND", "Session not found")
EXPIRED = error("SESSION_NOT_FOUND", "Session not found or expired")
UNREGISTERED = error("CONNECTION_FAILED", "Connection not found")
NO_CLI = error("CONNECTION_FAILED", "CLI not connected")
LOGIN = error("UNAUTHORIZED", "Authentication required")


def test_a_whole_session_frame_by_frame(play: Play, relay: Relay) -> None:
    sid = new_session()

    async def scene(clients: Clients) -> None:
        cli = await clients.open()
        created = await cli.ask("session:create", sessionId=sid, publicKey="Kc")
        assert created.keys() == {"type", "sessionId", "wsEndpoint"}
        assert created["wsEndpoint"].startswith("https://")
        await cli.send("session:update", hostname="box", command="bash", commandArgs=["-l"], instanceLabel=None)
        web, wid = await clients.viewer(sid, cli)
        output = envelope(sid, 1.5, more={"é": [1, None]})
        await cli.send(None, **output)
        assert await web.next() == output
        for kind in range(2):
            typed = envelope(sid, kind, ciphertext=f"input {kind}")
            await web.send(None, **typed)
            assert await cli.next() == typed
        for peer in (cli, web):
            assert (await peer.ask("ping", timestamp=1))["type"] == "pong"
        assert relay.session(sid).items() >= {"status": "active", "hostname": "box", "commandArgs": ["-l"]}.items()

        await cli.close()
        await come_back(relay, clients, web, wid, output)

    play(scene)


async def come_back(relay: Relay, clients: Clients, web: Peer, wid: str, output: dict[str, Any]) -> None:
    """The terminal's connection has ended: its viewer waits, and goes on where it was."""
    sid = output["sessionId"]
    assert await web.next() == {"type": "cli:disconnected"}
    assert await web.ask(None, **envelope(sid)) == NO_CLI
    cli = await clients.open()
    back = await cli.ask("session:reconnect", sessionId=sid, publicKey="other")
    assert back["type"] == "session:reconnected"
    assert await web.next() == {"type": "cli:reconnected", "cliPublicKey": "Kc"}
    again = await web.ask("session:join", sessionId=sid, publicKey="Kw")
    assert again == {"type": "session:joined", "sessionId": sid, "cliPublicKey": "Kc"}
    assert await cli.next() == {"type": "web:connected", "publicKey": "Kw", "connectionId": wid}
    await cli.send(None, **output)
    assert await cli.settle() == []
    assert await web.settle() == [output]

    await web.close()
    assert await cli.next() == {"type": "web:disconnected", "connectionId": wid}
    await relay.left(wid)
    assert relay.session(sid)["status"] == "paused"
    await cli.close()


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"type": "session:join", "sessionId": "none", "publicKey": "k"}, EXPIRED),
        ({"type": "session:reconnect", "sessionId": "none", "publicKey": "k"}, NOT_FOUND),
        ({"type": "session:join", "sessionId": "", "publicKey": "k"}, error("INVALID_MESSAGE", "Internal error")),
        ({"type": "session:update", "hostname": "x"}, UNREGISTERED),
        ({"type": "state:request"}, UNREGISTERED),
        (envelope("none"), UNREGISTERED),
        (envelope(""), UNREGISTERED),
        ({"type": "session:list:request"}, LOGIN),
        ({"type": "session:info:request", "sessionId": "x"}, LOGIN),
        ({"type": "session:delete:request", "sessionId": "x"}, LOGIN),
    ],
)
def test_what_a_stranger_is_told(play: Play, fields: dict[str, Any], answer: dict[str, Any]) -> None:
    async def scene(clients: Clients) -> None:
        peer = await clients.open()
        assert await peer.ask(None, **fields) == answer

    play(scene)


def test_what_is_no_json_is_an_error_and_what_is_unknown_is_ignored(play: Play) -> None:
    async def scene(clients: Clients) -> None:
        peer = await clients.open()
        for text in ("{", "NaN", '{"a": Infinity}', "plain"):
            await peer.socket.send_str(text)
            assert await peer.next() == error("INVALID_MESSAGE", "Invalid JSON"), text
        for text in ("null", "[]", '"ping"', "1", "{}", '{"type":"session:leave","sessionId":"x"}', '{"action":"x"}'):
            await peer.socket.send_str(text)
            assert await peer.settle() == [], text

    play(scene)


def test_a_session_belongs_to_who_was_first(play: Play, relay: Relay) -> None:
    sid = new_session()

    async def scene(clients: Clients) -> None:
        cli = await clients.terminal(sid)
        thief = await clients.open()
        refused = await thief.ask("session:create", sessionId=sid, publicKey="Kt")
        assert refused == error("INVALID_MESSAGE", "Session already exists")
        assert await thief.ask(None, **envelope(sid)) == UNREGISTERED
        assert await cli.settle() == []
        assert relay.session(sid)["cliPublicKey"] == "Kc"

    play(scene)


def test_viewers_see_the_terminal_and_not_each_other(play: Play) -> None:
    sid, other = new_session(), new_session()

    async def scene(clients: Clients) -> None:
        cli, stranger = await clients.terminal(sid), await clients.terminal(other)
        (first, _), (second, _), (elsewhere, _) = (
            await clients.viewer(sid, cli),
            await clients.viewer(sid, cli),
            await clients.viewer(other, stranger),
        )
        await cli.send(None, **envelope(sid, 7))
        await cli.settle()
        assert await first.settle() == await second.settle() == [envelope(sid, 7)]
        await first.send(None, **envelope(sid, 8))
        assert await first.settle() == []
        assert await cli.settle() == [envelope(sid, 8)]
        for peer in (second, elsewhere, stranger):
            assert await peer.settle() == []
        mismatch = error("INVALID_MESSAGE", "Session ID mismatch")
        assert await elsewhere.ask(None, **envelope(sid)) == mismatch
        refused = error("UNAUTHORIZED", "Only CLI can update session")
        assert await first.ask("session:update", hostname="mine") == refused

    play(scene)


def test_an_update_changes_what_it_may_and_nothing_else(play: Play, relay: Relay) -> None:
    sid = new_session()

    async def scene(clients: Clients) -> None:
        cli = await clients.terminal(sid)
        stolen = {"userId": "x", "status": "closed", "cliConnectionId": "x", "ttl": 1, "createdAt": 1, "new": 1}
        await cli.send("session:update", **stolen, webUrl="https://x", hostname=None)
        await cli.settle()
        item = relay.session(sid)
        assert item.items() >= {"userId": "anonymous", "status": "pending", "webUrl": "https://x"}.items()
        assert "new" not in item
        assert "hostname" not in item
        relay.tables.delete_item(TableName=relay.outputs["SessionsTableName"], Key={"sessionId": {"S": sid}})
        await cli.send("session:update", hostname="ghost")
        assert await cli.settle() == []
        assert relay.session(sid) is None

    play(scene)


def test_kept_envelopes_are_replayed_in_order(play: Play) -> None:
    sid = new_session()

    async def scene(clients: Clients) -> None:
        cli = await clients.terminal(sid)
        for timestamp in (3, 1.25, 2, 2):
            await cli.send(None, **envelope(sid, timestamp, ciphertext=f"at {timestamp}"))
        await cli.settle()
        web, _ = await clients.viewer(sid, cli)
        await web.send(None, **envelope(sid, 9))
        assert await web.settle() == []
        assert await cli.settle() == [envelope(sid, 9)]
        for peer in (web, cli):
            await peer.send("state:request", sessionId="another", sinceSeq=99)
            assert [frame["timestamp"] for frame in await peer.settle()] == [1.25, 2, 3]

    play(scene)


def test_an_envelope_of_20_kb_arrives_whole(play: Play) -> None:
    sid = new_session()

    async def scene(clients: Clients) -> None:
        cli = await clients.terminal(sid)
        web, _ = await clients.viewer(sid, cli)
        large = envelope(sid, 1, ciphertext="ü" * 10_000)
        await cli.send(None, **large)
        assert await web.next() == large

    play(scene)


def test_a_frame_is_text_and_text_alone(play: Play) -> None:
    """What cannot be encoded as UTF-8 travels as it was escaped."""
    sid = new_session()

    async def scene(clients: Clients) -> None:
        cli = await clients.terminal(sid)
        web, _ = await clients.viewer(sid, cli)
        text = json.dumps(envelope(sid, 1, ciphertext="\ud83d"))
        await cli.socket.send_str(text)
        assert await web.text() == text

    play(scene)
