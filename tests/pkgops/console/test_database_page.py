"""The page of a database, on a real one: what it shows, and that it changes nothing."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from pkgops.console.frame.later import Later
from pkgops.declarations import Database as Declared
from tests.pkgops.console.conftest import HOSTILE, FakeStage, Opened, serving, stage_of
from tests.pkgops.console.test_pages import assert_harmless
from tests.postgresql import NEEDED, PASSWORD, USER, Database, served

pytestmark = NEEDED

SECRET = "shop/database"


def with_database(shown: FakeStage) -> FakeStage:
    """The stage whose first system declares a database."""
    first, *others = shown.projects
    system = replace(first.system, database=Declared(SECRET, "handlers/shop/migrate.py", "migrations"))
    changed = (replace(first, system=system), *others)
    return FakeStage(shown.stage, shown.root, Later(lambda: changed), shown.connection, shown.allowed)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with served(tmp_path_factory.mktemp("console")) as server:
        made = server.database()
        quoted = HOSTILE.replace("'", "''")
        made.run(f"CREATE TABLE notes AS SELECT n AS id, '{quoted}' AS text FROM generate_series(1, 60) AS n")
        made.run('CREATE TABLE "<b>""odd" AS SELECT 1 AS one')
        yield made


def deployed(shown: FakeStage, database: Database) -> FakeStage:
    """The stage with that database in its secret."""
    found = with_database(shown)
    login = {"username": USER, "password": PASSWORD, "dbname": database.name}
    text = json.dumps({**login, "host": "127.0.0.1", "port": database.port})
    found.ports.secrets.values[found.projects[0].named(SECRET)] = text
    return found


@pytest.fixture
def pages(root, database: Database) -> Iterator[Opened]:
    with serving(deployed(stage_of(root, "local"), database)) as found:
        yield Opened(found)


def asked(pages: Opened, sql: str, **more: str) -> str:
    return pages.text(f"/database?{urlencode({'sql': sql, **more})}")


def test_tables_lead_to_their_rows(pages: Opened) -> None:
    text = pages.text("/database")
    assert_harmless(text)
    assert "<b>" not in text
    links = [html.unescape(part.split('"')[0]) for part in text.split('scope="row"><a href="')[1:]]
    assert len(links) == 2
    odd, notes = (pages.text(f"/database{link}") for link in links)
    assert "Rows 1 to 1, all there are" in odd
    assert "Rows 1 to 50" in notes
    assert_harmless(odd + notes)
    assert html.escape("<script>document", quote=False) in notes
    more = html.unescape(notes.split('" rel="next"')[0].rpartition('href="')[2])
    assert "Rows 51 to 60, all there are" in pages.text(f"/database{more}")


def test_nothing_is_changed_and_the_statement_stays(pages: Opened, database: Database) -> None:
    text = asked(pages, "DELETE FROM notes RETURNING '<b>'")
    assert 'role="alert"' in text
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    assert PASSWORD not in html.unescape(text)
    assert database.run("SELECT count(*) FROM notes") == [[60]]
    assert "psql" not in text.split('role="alert"')[1].split("</strong>")[0]


def test_a_tunnel_begins_on_this_machine(pages: Opened) -> None:
    assert "begins on this machine" in asked(pages, "SELECT 1", via="db.evil.example:5432")
    assert "begins on this machine" in asked(pages, "SELECT 1", via="127.0.0.1.evil.example:5432")


def test_a_stage_without_databases_says_so(root) -> None:
    with serving(stage_of(root, "local")) as found:
        assert "No system here declares a database" in Opened(found).text("/database")


def test_a_database_that_is_not_deployed_says_so(root) -> None:
    with serving(with_database(stage_of(root, "local"))) as found:
        text = Opened(found).text("/database")
    assert "is not set on stage local" in text
