"""The address of a database: any password, and never shown by accident."""

from __future__ import annotations

import json
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.common.postgresql.connection import address_of_url
from pkgops.config import Project, load
from pkgops.errors import AccessError, UsageError
from pkgops.local.client.data_servers import DataServer
from pkgops.local.client.emulator import Emulator, Status
from pkgops.operate.database.address import Address, address, declared
from pkgops.operate.database.ask import Asked
from tests.pkgops.fakes.ports import FakePorts
from tests.repository import ROOT

SECRET = "stream-sales/dev/database/credentials"
LOGIN = {
    "username": "dbadmin",
    "password": "a@b:c/d?e#f%20g",
    "dbname": "streams",
    "host": "db.example",
    "port": "5432",
}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
NAME = TEXT.filter(lambda text: not text.startswith("/"))


def sales(stage: str) -> Project:
    return load(stage, "stream_sales", ROOT, {})


def ports(endpoint: str | None = None, **changes: object) -> FakePorts:
    found = FakePorts(endpoint=endpoint)
    found.secrets.values[SECRET] = json.dumps({key: value for key, value in {**LOGIN, **changes}.items() if value})
    return found


@given(user=TEXT, password=TEXT, database=NAME, port=st.integers(1, 65535))
def test_a_url_is_read_back_whatever_is_in_it(user: str, password: str, database: str, port: int):
    place = Address("db.example", port, database, user, password, "require")
    parts = urlsplit(place.url())
    assert (parts.scheme, parts.hostname, parts.port, parts.query) == (
        *("postgresql", "db.example", port, "sslmode=require"),
    )
    assert (unquote(parts.username or ""), unquote(parts.password or "")) == (user, password)
    found = address_of_url(place.url())
    assert (found.user, found.password, found.database, found.port) == (user, password, database, port)
    assert place.url().isascii()
    assert urlsplit(place.url(masked=True)).password == "****"


def test_the_secret_says_where_it_is():
    found = address(sales("dev"), ports())
    assert found.url() == "postgresql://dbadmin:a%40b%3Ac%2Fd%3Fe%23f%2520g@db.example:5432/streams?sslmode=require"
    assert found.url(masked=True) == "postgresql://dbadmin:****@db.example:5432/streams?sslmode=require"
    assert LOGIN["password"] not in repr(found)
    assert address(sales("dev"), ports(port=None)).port == 5432
    assert address(sales("dev"), ports(port=6543)).port == 6543
    assert address(sales("local"), ports("http://127.0.0.1:1", host="127.0.0.1")).sslmode == "disable"
    through = address(sales("dev"), ports(), "[::1]:15432")
    assert through.url(masked=True) == "postgresql://dbadmin:****@[::1]:15432/streams?sslmode=require"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"host": None}, "has no host"), ({"password": None}, "has no password"), ({"host": "a b"}, "is none of a")],
)
def test_what_is_missing_is_named(changes: dict[str, object], expected: str):
    with pytest.raises(UsageError, match=expected):
        address(sales("dev"), ports(**changes))


def test_a_server_that_has_ended_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    servers = DataServer("other", "127.0.0.1:5433", False), DataServer("shop", "127.0.0.1:5432", False, "awake")
    assert servers[1].described == "shop at 127.0.0.1:5432"
    monkeypatch.setattr(Emulator, "status", lambda self: Status(True, self.port, self.home, postgres=servers))
    with pytest.raises(AccessError, match="stream_sales has ended") as caught:
        address(sales("local"), ports("http://127.0.0.1:1", host="127.0.0.1"))
    assert "pkgops local down; pkgops local up" in (caught.value.hint or "")
    assert address(sales("local"), ports("http://127.0.0.1:1", host="127.0.0.1", port=5434)).port == 5434


def test_a_database_that_was_deployed_without_a_server_is_not_waited_for():
    here = ports("http://127.0.0.1:1", host="shop.cluster-1.us-east-1.rds.amazonaws.com")
    with pytest.raises(AccessError, match="without PostgreSQL's programs") as caught:
        address(sales("local"), here)
    assert "pip install 'pkgops[postgres]'; pkgops destroy stream_sales; pkgops deploy" in (caught.value.hint or "")
    with pytest.raises(AccessError, match="without PostgreSQL's programs"):
        Asked(sales("local"), here).ask("check", "Checking")
    assert not here.functions.calls


def test_what_is_no_address_is_refused():
    for via in ("127.0.0.1", "127.0.0.1:0", "127.0.0.1:x", ":1", "127.0.0.1:99999"):
        with pytest.raises(UsageError, match="is no HOST:PORT"):
            address(sales("dev"), ports(), via)
    with pytest.raises(UsageError, match="is not set on stage dev"):
        address(sales("dev"), FakePorts(endpoint=None))
    with pytest.raises(UsageError, match="declares no database"):
        declared(load("dev", "kefir", ROOT, {}))
