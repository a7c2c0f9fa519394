"""What a look into a database shows, and that nothing gets out of its transaction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pkgops.errors import PkgopsError, UsageError
from pkgops.operate.database.address import Address
from pkgops.operate.database.look import look, tables
from tests.postgresql import NEEDED, PASSWORD, USER, Database, served

pytestmark = NEEDED

HOSTILE = "<script>\x1b[31m'\"\n\\! id\u202e,"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with served(tmp_path_factory.mktemp("look")) as server:
        made = server.database()
        made.run("CREATE TABLE notes AS SELECT n AS id, 'note ' || n AS text FROM generate_series(1, 120) AS n")
        made.run("ANALYZE notes")
        made.run("CREATE TABLE empty (id int)")
        made.run("CREATE SEQUENCE numbers")
        yield made


@pytest.fixture
def address(database: Database) -> Address:
    return Address("127.0.0.1", database.port, database.name, USER, PASSWORD, "disable")


def test_rows_come_page_by_page(address: Address) -> None:
    statement = "SELECT id, text FROM notes ORDER BY id;"
    first = look(address, statement)
    assert (first.columns, first.rows[0], len(first.rows), first.more) == (("id", "text"), ("1", "note 1"), 50, True)
    last = look(address, statement, 100)
    assert (last.rows[0][0], len(last.rows), last.start, last.more) == ("101", 20, 100, False)
    assert look(address, statement, 1000).rows == ()


def test_values_are_what_they_are(address: Address) -> None:
    quoted = HOSTILE.replace("'", "''")
    found = look(address, f"SELECT NULL AS none, '' AS empty, '{quoted}' AS hostile, 1 AS twice, 2 AS twice")
    assert found.columns == ("none", "empty", "hostile", "twice", "twice")
    assert found.rows == ((None, "", HOSTILE, "1", "2"),)


@pytest.mark.parametrize("statement", ["EXPLAIN SELECT 1", "SHOW server_version", "VALUES (1)", "TABLE empty"])
def test_whatever_yields_rows_is_answered(address: Address, statement: str) -> None:
    assert len(look(address, statement).columns) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM notes",
        "DELETE FROM notes RETURNING id",
        "WITH gone AS (DELETE FROM notes RETURNING id) SELECT * FROM gone",
        "SELECT 1; DELETE FROM notes",
        "SELECT 1; COMMIT; DELETE FROM notes",
        "COMMIT",
        "SET TRANSACTION READ WRITE",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SELECT nextval('numbers')",
        "SELECT 1 INTO made",
        "EXPLAIN ANALYZE DELETE FROM notes",
        "COPY notes TO PROGRAM 'id'",
        "CREATE TABLE made (id int)",
        "DO $$BEGIN DELETE FROM notes; END$$",
        "$pkgops$; DELETE FROM notes",
        "\\! id",
        "SELECT 1 \\g file",
    ],
)
def test_nothing_is_changed(address: Address, database: Database, statement: str) -> None:
    with pytest.raises(PkgopsError) as error:
        look(address, statement)
    assert PASSWORD not in str(error.value)
    assert database.run("SELECT count(*) FROM notes") == [[120]]
    assert database.run("SELECT last_value, is_called FROM numbers") == [[1, False]]


def test_a_statement_has_an_end(address: Address) -> None:
    with pytest.raises(PkgopsError, match="have more than 4 MB"):
        look(address, "SELECT repeat('x', 200000) FROM notes")


@pytest.mark.parametrize("statement", ["", " ; ", "a\0b"])
def test_nothing_is_no_statement(address: Address, statement: str) -> None:
    with pytest.raises(UsageError):
        look(address, statement)


def test_tables_are_listed_with_estimates(address: Address) -> None:
    found = {one.name: one for one in tables(address)}
    assert (found["notes"].schema, found["notes"].rows, found["empty"].rows) == ("public", 120, None)
    assert found["notes"].size > 0
