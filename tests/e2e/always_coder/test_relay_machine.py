"""Two terminals and five viewers of one session that come, go, drop and talk in any order: what each of them sees, and
what is stored, is what the documents say."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.e2e.always_coder.relay import Clients, Loop, Party, Peer, Relay, envelope, new_session

pytestmark = pytest.mark.e2e

CLIS = st.sampled_from(["a", "b"])
WEBS = st.sampled_from(["1", "2", "3", "4", "5"])
GROUPS = st.lists(WEBS, min_size=2, max_size=5, unique=True)


class RelayMachine(RuleBasedStateMachine):
    """The session as it should be, beside the one that is there."""

    relay: Relay
    loop: Loop

    @initialize()
    def begin(self) -> None:
        self.sid = new_session()
        self.parties = {name: Party() for name in "ab12345"}
        self.current: str | None = None
        self.joined: list[str] = []
        self.status = "pending"
        self.kept: list[dict[str, Any]] = []
        self.time = 0
        self.clients = Clients(self.relay)
        self.loop.run(self.clients.__aenter__())
        self._open("a")
        self._send("a", "session:create", sessionId=self.sid, publicKey="Kc")
        self._expect("a", type="session:created", sessionId=self.sid)
        self._take_terminal("a")

    def teardown(self) -> None:
        if hasattr(self, "clients"):
            self.loop.run(self.clients.__aexit__())

    @rule(name=CLIS)
    def reconnect(self, name: str) -> None:
        self._open(name)
        self._send(name, "session:reconnect", sessionId=self.sid, publicKey="Kx")
        self._expect(name, type="session:reconnected", sessionId=self.sid)
        for web in self.joined:
            self._expect(web, type="cli:reconnected", cliPublicKey="Kc")
        self._take_terminal(name)

    @rule(name=WEBS)
    def join(self, name: str) -> None:
        self._open(name)
        self._send(name, "session:join", sessionId=self.sid, publicKey=f"K{name}")
        self._expect_join(name)
        self._settle(name)

    @rule(names=GROUPS)
    def join_at_once(self, names: list[str]) -> None:
        for name in names:
            self._open(name)
        frames = {name: {"sessionId": self.sid, "publicKey": f"K{name}"} for name in names}
        sends = [self._peer(name).send("session:join", **fields) for name, fields in frames.items()]
        self.loop.run(_all(*sends))
        for name in names:
            self._expect_join(name)
        self._settle(*names, any_order=True)

    @rule(name=WEBS | CLIS)
    def drop(self, name: str) -> None:
        self._drop([name])

    @rule(names=GROUPS)
    def drop_at_once(self, names: list[str]) -> None:
        self._drop(names)

    @precondition(lambda self: self.parties["a"].known or self.parties["b"].known)
    @rule(name=CLIS)
    def output(self, name: str) -> None:
        if not self.parties[name].known:
            return
        sent = self._envelope()
        self._send(name, **sent)
        for web in self.joined:
            self._expect(web, **sent)
        self.kept.append(sent)
        self._settle(name)

    @rule(name=WEBS)
    def input(self, name: str) -> None:
        self._open(name)
        sent = self._envelope()
        self._send(name, **sent)
        if not self.parties[name].known:
            self._expect(name, type="error", code="CONNECTION_FAILED", message="Connection not found")
        elif self.current is None:
            self._expect(name, type="error", code="CONNECTION_FAILED", message="CLI not connected")
        else:
            self._expect(self.current, **sent)
        self._settle(name)

    @rule(name=WEBS)
    def replay(self, name: str) -> None:
        if self.parties[name].known:
            self._send(name, "state:request")
            self.parties[name].expected += self.kept
            self._settle(name)

    @invariant()
    def what_is_stored_is_what_should_be(self) -> None:
        if not hasattr(self, "clients"):
            return
        item = self.relay.session(self.sid)
        assert item is not None
        assert item["status"] == self.status
        ids = item["webConnectionIds"]
        assert sorted(ids) == sorted({self.parties[name].connection for name in self.joined})
        current = self.parties[self.current] if self.current else None
        assert bool(item["cliConnectionId"]) == (current is not None)

    def _drop(self, names: list[str]) -> None:
        open_ones = [name for name in names if self.parties[name].peer is not None]
        connections = [self.parties[name].connection for name in open_ones if self.parties[name].known]
        self.loop.run(_all(*(self._peer(name).close() for name in open_ones)))
        self.loop.run(_all(*(self.relay.left(connection) for connection in connections)))
        for name in open_ones:
            self._forget(name)
        self._settle(any_order=True)

    def _forget(self, name: str) -> None:
        party = self.parties[name]
        was_known, party.known, party.peer, party.expected = party.known, False, None, []
        if name == self.current:
            self.current, self.status = None, "closed"
            for web in self.joined:
                self._expect(web, type="cli:disconnected")
        elif was_known and name in self.joined:
            self.joined.remove(name)
            if self.current:
                self._expect(self.current, type="web:disconnected", connectionId=party.connection)
                self.status = self.status if self.joined else "paused"

    def _open(self, name: str) -> None:
        if self.parties[name].peer is None:
            self.parties[name].peer = self.loop.run(self.clients.open())

    def _take_terminal(self, name: str) -> None:
        self.current, self.status = name, "pending"
        self._settle(name)
        item = self.relay.session(self.sid)
        assert item is not None
        self.parties[name].known, self.parties[name].connection = True, item["cliConnectionId"]

    def _expect_join(self, name: str) -> None:
        answer: dict[str, Any] = {"type": "session:joined", "sessionId": self.sid, "cliPublicKey": "Kc"}
        if name not in self.joined:
            self.joined.append(name)
        self.parties[name].known = True
        if self.current is None:
            self._expect(name, **answer, cliDisconnected=True)
            self._expect(name, type="cli:disconnected")
        else:
            self.status = "active"
            self._expect(self.current, type="web:connected", publicKey=f"K{name}")
            self._expect(name, **answer)

    def _settle(self, *first: str, any_order: bool = False) -> None:
        """Compares what everybody has seen, those who have sent something first."""
        order = [*first, *(name for name in self.parties if name not in first)]
        for name in order:
            party = self.parties[name]
            if party.peer is not None:
                self._compare(party, self.loop.run(party.peer.settle()), any_order)
        self._learn()

    def _learn(self) -> None:
        """Connection ids, which viewers do not know themselves: by the key each has joined with."""
        item = self.relay.session(self.sid)
        assert item is not None
        for connection in item["webConnectionIds"]:
            record = self.relay.connection(connection)
            assert record is not None
            self.parties[record["publicKey"][1:]].connection = connection

    def _compare(self, party: Party, seen: list[dict[str, Any]], any_order: bool) -> None:
        expected, party.expected = party.expected, []
        if any_order:
            seen, expected = sorted(seen, key=_order), sorted(expected, key=_order)
        assert len(seen) == len(expected), (seen, expected)
        for found, wanted in zip(seen, expected, strict=True):
            assert found.items() >= wanted.items(), (found, wanted)

    def _envelope(self) -> dict[str, Any]:
        self.time += 1
        return envelope(self.sid, self.time)

    def _send(self, name: str, kind: str | None = None, **fields: Any) -> None:
        self.loop.run(self._peer(name).send(kind, **fields))

    def _expect(self, name: str, **fields: Any) -> None:
        self.parties[name].expected.append(fields)

    def _peer(self, name: str) -> Peer:
        peer = self.parties[name].peer
        assert peer is not None
        return peer


def _order(frame: dict[str, Any]) -> str:
    return f"{frame.get('type')} {frame.get('publicKey')} {frame.get('connectionId')}"


async def _all(*work: Any) -> None:
    await asyncio.gather(*work)


def test_any_order_of_coming_going_and_talking(relay: Relay) -> None:
    loop = Loop()

    class Machine(RelayMachine):
        pass

    Machine.relay, Machine.loop = relay, loop
    try:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=10, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
    finally:
        loop.close()
