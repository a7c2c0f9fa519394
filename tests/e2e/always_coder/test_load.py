"""Many at once: two hundred connections on one session, a hundred sessions beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

import pytest

from tests.e2e.always_coder.relay import Clients, Peer, Play, Relay, envelope, new_session

pytestmark = pytest.mark.e2e

T = TypeVar("T")
VIEWERS = 199  # and the terminal
SESSIONS = 100
LARGE = "ü" * 10_000  # 20 kB, near the 32 kB of a frame
BUSY = 20  # clients that wait for an answer at the same time; more only wait longer than a client is ready to


async def each(works: Iterable[Awaitable[T]]) -> list[T]:
    """The results, `BUSY` at a time."""
    slots = asyncio.Semaphore(BUSY)

    async def one(work: Awaitable[T]) -> T:
        async with slots:
            return await work

    return await asyncio.gather(*map(one, works))


async def joined(clients: Clients, session: str, name: str) -> Peer:
    peer = await clients.open()
    answer = await peer.ask("session:join", sessionId=session, publicKey=name)
    assert answer == {"type": "session:joined", "sessionId": session, "cliPublicKey": "Kc"}
    return peer


async def typed(viewer: Peer, session: str, number: int) -> list[dict[str, object]]:
    """One key of a viewer, and everything it has seen once that is handled."""
    await viewer.send(None, **envelope(session, number, ciphertext=f"by {number}"))
    return await viewer.settle()


def test_two_hundred_connections_of_one_session_miss_nothing(play: Play, relay: Relay) -> None:
    sid, other = new_session(), new_session()

    async def scene(clients: Clients) -> None:
        cli, stranger = await clients.terminal(sid), await clients.terminal(other)
        spy, _ = await clients.viewer(other, stranger)
        viewers = await each(joined(clients, sid, f"K{number}") for number in range(VIEWERS))
        told = [await cli.next() for _ in range(VIEWERS)]
        assert {frame["type"] for frame in told} == {"web:connected"}
        assert {frame["publicKey"] for frame in told} == {f"K{number}" for number in range(VIEWERS)}
        ids = [frame["connectionId"] for frame in told]
        assert sorted(relay.session(sid)["webConnectionIds"]) == sorted(set(ids))

        sent = [envelope(sid, number, ciphertext=f"{number}{LARGE}") for number in range(2)]
        for one in sent:
            await cli.send(None, **one)
        assert await cli.settle() == []
        assert await each(typed(viewer, sid, number) for number, viewer in enumerate(viewers)) == [sent] * VIEWERS
        keys = [envelope(sid, number, ciphertext=f"by {number}") for number in range(VIEWERS)]
        assert sorted(await cli.settle(), key=lambda frame: frame["timestamp"]) == keys
        assert [await peer.settle() for peer in (spy, stranger)] == [[], []]

    play(scene)


async def opened(clients: Clients, sid: str) -> tuple[Peer, Peer]:
    """A session's terminal and its viewer."""
    cli = await clients.open()
    created = await cli.ask("session:create", sessionId=sid, publicKey=f"Kc{sid}")
    assert created["sessionId"] == sid
    web = await clients.open()
    await web.send("session:join", sessionId=sid, publicKey=f"Kw{sid}")
    assert (await cli.next())["publicKey"] == f"Kw{sid}"
    assert await web.next() == {"type": "session:joined", "sessionId": sid, "cliPublicKey": f"Kc{sid}"}
    return cli, web


async def talked(cli: Peer, web: Peer, sid: str) -> tuple[list[object], list[object]]:
    """A large frame one way and a small one the other; all that both have seen then."""
    await cli.send(None, **envelope(sid, 1, ciphertext=sid + LARGE))
    output = await web.next()
    await web.send(None, **envelope(sid, 2, ciphertext=sid))
    return [output, *await web.settle()], await cli.settle()


def test_a_hundred_sessions_at_once_see_their_own_frames_alone(play: Play) -> None:
    sids = [new_session() for _ in range(SESSIONS)]

    async def scene(clients: Clients) -> None:
        pairs = await each(opened(clients, sid) for sid in sids)
        seen = await each(talked(*pair, sid) for pair, sid in zip(pairs, sids, strict=True))
        for sid, (viewed, read) in zip(sids, seen, strict=True):
            assert viewed == [envelope(sid, 1, ciphertext=sid + LARGE)]
            assert read == [envelope(sid, 2, ciphertext=sid)]

    play(scene)
