"""Who may connect, and what users see of their sessions."""

from __future__ import annotations

import asyncio

import aiohttp
import httpx
import pytest

from tests.e2e.always_coder.relay import Clients, Play, Relay, new_session

pytestmark = pytest.mark.e2e

LOGIN = {"type": "error", "code": "UNAUTHORIZED", "message": "Authentication required"}


def test_a_user_sees_and_deletes_own_sessions_alone(play: Play, relay: Relay) -> None:
    mine, hers, third = new_session(), new_session(), new_session()
    alice, bob = relay.token("alice@example.com"), relay.token("bob@example.com", "IdToken")

    async def scene(clients: Clients) -> None:
        terminals = [await clients.terminal(sid, alice) for sid in (mine, third)]
        await clients.terminal(hers, bob)
        await terminals[0].send("session:update", hostname="box", commandArgs=["a"], command=None)
        await terminals[0].settle()
        owner, other = await clients.open(alice), await clients.open(bob)
        found = (await owner.ask("session:list:request"))["sessions"]
        assert [row["sessionId"] for row in found] == [third, mine]
        assert found[0].keys() == {"sessionId", "status", "createdAt", "lastActiveAt"}
        assert found[1].items() >= {"hostname": "box", "commandArgs": ["a"], "status": "pending"}.items()
        assert all(isinstance(row["createdAt"], int) for row in found)
        info = await owner.ask("session:info:request", sessionId=mine)
        assert info == {"type": "session:info:response", "session": found[1]}
        nothing = {"type": "session:info:response", "session": None}
        assert await other.ask("session:info:request", sessionId=mine) == nothing
        assert await owner.ask("session:info:request", sessionId="none") == nothing

        await terminals[1].close()
        while relay.session(third)["status"] != "closed":
            await asyncio.sleep(0.01)
        assert [row["sessionId"] for row in (await owner.ask("session:list:request"))["sessions"]] == [mine]
        for truthy in (True, 1, "no", [], {}):
            found = (await owner.ask("session:list:request", includeInactive=truthy))["sessions"]
            assert [row["status"] for row in found] == ["closed", "pending"], truthy
        for falsy in (False, 0, "", None):
            found = (await owner.ask("session:list:request", includeInactive=falsy))["sessions"]
            assert len(found) == 1, falsy

        answer = {"type": "session:delete:response", "sessionId": mine}
        refused = await other.ask("session:delete:request", sessionId=mine)
        assert refused == answer | {"success": False, "message": "Unauthorized"}
        assert await owner.ask("session:delete:request", sessionId=mine) == answer | {"success": True}
        missing = await owner.ask("session:delete:request", sessionId=mine)
        assert missing == answer | {"success": False, "message": "Session not found"}

    play(scene)


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.AA", "..", "%00"])
def test_a_bad_token_is_refused_at_the_door(play: Play, token: str) -> None:
    async def scene(clients: Clients) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await clients.open(token)
        assert refused.value.status == 403

    play(scene)


def test_a_refresh_token_lets_nobody_in(play: Play, relay: Relay) -> None:
    token = relay.token("refresh@example.com", "RefreshToken")

    async def scene(clients: Clients) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await clients.open(token)
        assert refused.value.status == 403

    play(scene)
    with httpx.Client(verify=False, trust_env=False) as http:
        answer = http.get(relay.outputs["WebUrl"], headers={"Cookie": f"id_token={token}"})
    assert (answer.status_code, "/login?state=" in answer.headers["location"]) == (302, True)


def test_an_empty_token_is_none(play: Play) -> None:
    async def scene(clients: Clients) -> None:
        peer = await clients.open("")
        assert await peer.ask("session:list:request") == LOGIN

    play(scene)
