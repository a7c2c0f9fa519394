"""The gate of a cluster that pauses: it holds whoever wakes the cluster, and nobody else."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from pkgops.local.databases.pause_gate import PauseGate
from tests.waiting import eventually

AFTER, RESUME = 600.0, 15.0


class Clock:
    """The gate's clock, which the test puts forward."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Echo(socketserver.BaseRequestHandler):
    """Says again what it hears, and goodbye before it closes."""

    def handle(self) -> None:
        while (said := self.request.recv(65536)) and said != b"end":
            self.request.sendall(said)
        self.request.sendall(b"bye")


@pytest.fixture
def server() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as served:
        threading.Thread(target=served.serve_forever, args=(0.01,), daemon=True).start()
        yield served.server_address[1]
        served.shutdown()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(server: int, clock: Clock) -> Iterator[PauseGate]:
    found = PauseGate(AFTER, RESUME, clock)
    found.listen()
    found.lead_to(server)
    yield found
    found.close()


def connected(gate: PauseGate) -> socket.socket:
    return socket.create_connection(("127.0.0.1", gate.port), timeout=30)


def said(connection: socket.socket, words: bytes) -> bytes:
    connection.sendall(words)
    return connection.recv(65536)


def test_a_cluster_pauses_when_nobody_has_been_there_for_long_enough(gate: PauseGate, clock: Clock) -> None:
    with connected(gate) as one:
        assert said(one, b"hello") == b"hello"
        clock.now += 2 * AFTER
        assert (gate.state, gate.connections) == ("awake", 1)
        assert not gate.pause(), "a connection keeps it awake"
    eventually(lambda: gate.connections == 0)
    clock.now += AFTER - 1
    assert gate.state == "awake"
    clock.now += 1
    assert gate.state == "paused"


def test_the_first_connection_is_held_and_the_cluster_is_awake_after_it(gate: PauseGate, clock: Clock) -> None:
    assert gate.pause()
    with connected(gate) as first, connected(gate) as second:
        first.sendall(b"first")
        second.sendall(b"second")
        assert eventually(lambda: gate.state == "resuming")
        first.setblocking(False)
        with pytest.raises(BlockingIOError):
            first.recv(1)
        first.settimeout(30)
        clock.now += RESUME
        assert (first.recv(100), second.recv(100)) == (b"first", b"second")
        assert gate.state == "awake"
        with connected(gate) as third:
            assert said(third, b"third") == b"third"


def test_one_that_never_pauses_hands_everything_on_and_ends_with_its_server(gate: PauseGate, clock: Clock) -> None:
    gate.after = None
    clock.now += 10 * AFTER
    assert (gate.state, gate.pause()) == ("awake", False)
    much = b"x" * 3_000_000
    with connected(gate) as one:
        threading.Thread(target=one.sendall, args=(much,), daemon=True).start()
        received = b""
        while len(received) < len(much):
            received += one.recv(1 << 20)
        assert received == much
        one.sendall(b"end")
        assert one.recv(100) == b"bye"
        assert one.recv(100) == b"", "the server's end is the client's"
    gate.lead_to(1)
    with connected(gate) as lost:
        assert lost.recv(1) == b"", "there is no server"
    gate.close()
    with pytest.raises(ConnectionRefusedError):
        connected(gate)
