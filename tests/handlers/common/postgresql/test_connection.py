"""Connections: any password, a server that is late, and errors without the password."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.common.postgresql import connection
from handlers.common.postgresql.connection import Address, UnreachableError, address_of_url, connect
from tests.postgresql import NEEDED, PASSWORD, Database

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(user=TEXT, password=TEXT, database=TEXT.filter(lambda name: not name.startswith("/")))
def test_a_url_with_any_characters_is_read(user: str, password: str, database: str):
    parts = [quote(part, safe="") for part in (user, password, database)]
    found = address_of_url("postgresql://{}:{}@host:6543/{}?sslmode=require".format(*parts))
    assert found == Address("host", user, password, database, 6543, "require")
    assert len(password) < 4 or password not in repr(found).replace(repr(user), "").replace(repr(database), "")


def test_what_is_no_url_of_a_database_is_refused():
    for url in ("", "mysql://a:b@host/db", "postgresql:///db"):
        with pytest.raises(ValueError, match="no postgresql:// URL"):
            address_of_url(url)


@NEEDED
def test_a_password_full_of_signs_signs_in(database: Database):
    with connect(address_of_url(database.url), lambda _: None) as open_:
        assert open_.run("SELECT current_user")[0] == ["dbadmin"]
        open_.run("SELECT pg_sleep(0.1)")


@NEEDED
def test_what_waiting_does_not_mend_fails_at_once(database: Database):
    said: list[str] = []
    wrong = Address("127.0.0.1", "dbadmin", "another", database.name, database.port, "disable")
    with pytest.raises(UnreachableError, match=r'password authentication failed for user "dbadmin"') as caught:
        connect(wrong, said.append)
    assert PASSWORD not in str(caught.value)
    strict = Address("127.0.0.1", "dbadmin", PASSWORD, database.name, database.port, "require")
    with pytest.raises(UnreachableError, match="no TLS"):
        connect(strict, said.append)
    with pytest.raises(UnreachableError, match='database "nowhere" does not exist'):
        connect(Address("127.0.0.1", "dbadmin", PASSWORD, "nowhere", database.port, "prefer"), said.append)
    assert said == []


@NEEDED
def test_a_server_that_is_late_is_waited_for_and_that_is_said(database: Database, monkeypatch):
    monkeypatch.setattr(connection, "_PAUSE_SECONDS", 0.01)
    with socket.socket() as gate:
        gate.bind(("127.0.0.1", 0))
        address = Address("127.0.0.1", "dbadmin", PASSWORD, database.name, gate.getsockname()[1], "disable")
        said: list[str] = []
        first_said = threading.Event()
        passing = threading.Thread(target=forward, args=(gate, database.port), daemon=True)

        def say(text: str) -> None:
            said.append(text)
            gate.listen()  # refused until here: nothing listens
            passing.start()
            first_said.set()

        with connect(address, say, 30) as open_:
            assert open_.run("SELECT 1") == [[1]]
        passing.join(30)
        assert not passing.is_alive()
        assert first_said.is_set()
        assert said == [
            "The database does not answer yet; a cluster that has paused needs half a minute. Trying again."
        ]


def test_a_server_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(connection, "_PAUSE_SECONDS", 0.01)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(UnreachableError, match=rf"127\.0\.0\.1:{port}: .*refused"):
            connect(Address("127.0.0.1", "me", "secret", "db", port), lambda _: None, 0.05)


def test_a_name_that_nobody_has_is_not_waited_for(monkeypatch):
    said: list[str] = []

    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)
    with pytest.raises(UnreachableError, match=r"^no connection to db\.example:5432: Name or service not known$"):
        connect(Address("db.example", "me", "secret", "db"), said.append)
    assert said == []


def forward(gate: socket.socket, port: int) -> None:
    """One connection, passed on until both ends have closed it."""
    client, _ = gate.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        back = threading.Thread(target=pipe, args=(server, client))
        back.start()
        pipe(client, server)
        back.join()


def pipe(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
