"""Migrations: applied once, in order, whoever runs them; a failure stops, says where, and can be mended."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from pg8000.exceptions import InterfaceError

from handlers.common.postgresql import ledger
from handlers.common.postgresql.migrations import CutShortError, UnusableError, migrate, read, resolve, status
from tests.postgresql import NEEDED, Database

pytestmark = NEEDED
FIRST, SECOND, THIRD = "20250101000000_first", "20250102000000_second", "20250103000000_third"


def silent(_: str) -> None:
    pass


def write(folder: Path, **scripts: str) -> Path:
    for name, script in scripts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "migration.sql").write_text(script, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "migration_lock.toml").write_text('# Please do not edit\nprovider = "postgresql"\n')
    scripts = {
        SECOND: "INSERT INTO notes VALUES ('%s :name ü');\n",
        FIRST: "-- A comment\nCREATE TABLE notes (text TEXT PRIMARY KEY);\nCREATE INDEX ON notes (text);\n",
    }
    return write(tmp_path, **scripts)


def states(database: Database, folder: Path) -> dict[str, str]:
    with database.connect() as connection:
        return {row["name"]: row["state"] for row in status(connection, folder)["migrations"]}


def test_migrations_run_in_the_order_of_their_names_and_once(database: Database, folder: Path):
    assert states(database, folder) == {FIRST: "pending", SECOND: "pending"}
    said: list[str] = []
    with database.connect() as connection:
        tried = migrate(connection, folder, said.append, dry_run=True)
        assert (tried["applied"], tried["pending"], said) == ([], [FIRST, SECOND], [])
        assert not ledger.exists(connection)
        done = migrate(connection, folder, said.append)
    assert done == {"applied": [FIRST, SECOND], "skipped": 0, "failed": None, "warnings": [], "pending": []}
    assert said == [f"Applying {FIRST}", f"Applying {SECOND}"]
    assert database.run("SELECT text FROM notes") == [["%s :name ü"]]
    with database.connect() as connection:
        again = migrate(connection, folder, silent)
    assert (again["applied"], again["skipped"], again["failed"]) == ([], 2, None)
    assert states(database, folder) == {FIRST: "applied", SECOND: "applied"}


def test_the_ledger_is_prismas(database: Database, folder: Path):
    with database.connect() as connection:
        migrate(connection, folder, silent)
    columns = database.run(
        "SELECT column_name, data_type, character_maximum_length, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position"
    )
    when = "timestamp with time zone"
    assert columns == [
        ["id", "character varying", 36, "NO", None],
        ["checksum", "character varying", 64, "NO", None],
        ["finished_at", when, None, "YES", None],
        ["migration_name", "character varying", 255, "NO", None],
        ["logs", "text", None, "YES", None],
        ["rolled_back_at", when, None, "YES", None],
        ["started_at", when, None, "NO", "now()"],
        ["applied_steps_count", "integer", None, "NO", "0"],
    ]
    rows = database.run(
        "SELECT length(id), checksum, finished_at >= started_at, migration_name, logs, rolled_back_at, "
        "applied_steps_count FROM _prisma_migrations ORDER BY started_at"
    )
    digest = hashlib.sha256((folder / FIRST / "migration.sql").read_bytes()).hexdigest()
    assert rows[0] == [36, digest, True, FIRST, None, None, 1]
    assert len(rows) == 2


def test_two_runners_at_once_apply_each_migration_once(database: Database, folder: Path, at_once):
    script = "SELECT pg_sleep(0.2); INSERT INTO notes VALUES ('once');"
    write(folder, **{THIRD: script})

    def run(_: int):
        with database.connect() as connection:
            return migrate(connection, folder, silent)

    results = at_once(run, 4)
    assert sorted(len(one["applied"]) for one in results) == [0, 0, 0, 3]
    assert sorted(one["skipped"] for one in results) == [0, 3, 3, 3]
    assert database.run("SELECT count(*) FROM _prisma_migrations") == [[3]]


def test_a_failure_is_taken_back_said_with_its_line_and_stops_what_follows(database: Database, folder: Path):
    broken = "INSERT INTO notes VALUES ('lost');\n\nINSERT INTO missing\nVALUES (1);\n"
    write(folder, **{SECOND: broken, THIRD: "INSERT INTO notes VALUES ('third');"})
    with database.connect() as connection:
        done = migrate(connection, folder, silent)
    assert done["applied"] == [FIRST]
    assert done["failed"] == {"name": SECOND, "error": 'line 3: relation "missing" does not exist. (42P01)'}
    assert done["pending"] == [SECOND, THIRD]
    assert database.run("SELECT * FROM notes") == []
    assert database.run(
        f"SELECT logs, finished_at, applied_steps_count FROM _prisma_migrations WHERE migration_name = '{SECOND}'"
    ) == [[done["failed"]["error"], None, 0]]
    assert states(database, folder) == {FIRST: "applied", SECOND: "failed", THIRD: "pending"}
    write(folder, **{SECOND: "INSERT INTO notes VALUES ('mended');"})
    with database.connect() as connection:
        stopped = migrate(connection, folder, silent)
        assert stopped["applied"] == []
        assert stopped["failed"] == {**done["failed"], "earlier": True}
        resolve(connection, folder, SECOND, applied=False)
        assert migrate(connection, folder, silent)["applied"] == [SECOND, THIRD]
        with pytest.raises(UnusableError, match="has not failed"):
            resolve(connection, folder, SECOND, applied=False)
    assert database.run("SELECT text FROM notes ORDER BY 1") == [["mended"], ["third"]]
    assert set(states(database, folder).values()) == {"applied"}


@pytest.mark.parametrize(
    "script",
    [
        "BEGIN; INSERT INTO notes VALUES ('x'); INSERT INTO missing VALUES (1); COMMIT;",
        "SET search_path = ''; SELECT missing;",
        "SET ROLE pg_monitor; SELECT missing",
        "BEGIN; INSERT INTO notes VALUES ('x'), ('y'); CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO late VALUES (1), (1);",
    ],
    ids=["a transaction of its own", "another search path", "another role", "a constraint that waits for the end"],
)
def test_what_a_failed_script_leaves_open_does_not_keep_its_failure_from_being_recorded(
    database: Database, folder: Path, script: str
):
    write(folder, **{SECOND: script})
    with database.connect() as connection:
        assert migrate(connection, folder, silent)["failed"]["name"] == SECOND
    assert states(database, folder)[SECOND] == "failed"
    assert database.run("SELECT * FROM notes") == []


def test_what_a_script_leaves_open_is_committed_and_forgotten(database: Database, folder: Path):
    left = "SET search_path = ''; BEGIN; INSERT INTO public.notes VALUES ('kept'); SET ROLE pg_monitor;"
    write(folder, **{SECOND: left})
    write(folder, **{THIRD: "INSERT INTO notes VALUES ('found');"})
    with database.connect() as connection:
        assert migrate(connection, folder, silent)["applied"] == [FIRST, SECOND, THIRD]
    assert database.run("SELECT text FROM notes ORDER BY 1") == [["found"], ["kept"]]


@pytest.mark.parametrize(
    "script",
    ["SELECT pg_terminate_backend(pg_backend_pid())", "COPY notes FROM stdin;", "COPY notes TO stdout;"],
)
def test_a_script_that_ends_its_connection_is_named_and_has_failed(database: Database, folder: Path, script: str):
    write(folder, **{SECOND: script})
    ended = database.connect()
    with pytest.raises(CutShortError, match=SECOND):
        migrate(ended, folder, silent)
    with suppress(InterfaceError):
        ended.close()
    with database.connect() as connection:
        (_, found) = status(connection, folder)["migrations"]
        assert (found["state"], found["detail"]) == ("failed", "It did not finish.")
        resolve(connection, folder, SECOND, applied=False)


def test_a_statement_that_takes_no_other_beside_it_is_told_so(database: Database, folder: Path):
    write(folder, **{SECOND: "CREATE INDEX CONCURRENTLY ON notes (text);"})
    write(folder, **{THIRD: "CREATE INDEX CONCURRENTLY ON notes (text); SELECT 1;"})
    with database.connect() as connection:
        done = migrate(connection, folder, silent)
    assert done["applied"] == [FIRST, SECOND]
    assert "Give it a migration of its own." in done["failed"]["error"]


def test_changed_and_vanished_migrations_are_warned_of_and_do_no_harm(database: Database, folder: Path):
    with database.connect() as connection:
        migrate(connection, folder, silent)
    (folder / FIRST / "migration.sql").write_bytes(b"SELECT 1;\r\n")
    (folder / SECOND / "migration.sql").rename(folder / "kept.sql")
    (folder / SECOND).rmdir()
    with database.connect() as connection:
        done = migrate(connection, folder, silent)
    assert done["failed"] is None
    assert done["warnings"] == [
        f"{FIRST} was changed after it was applied.",
        f"{SECOND} is applied and not among the migrations.",
    ]
    assert states(database, folder) == {FIRST: "modified", SECOND: "missing"}


def test_a_database_with_another_history_needs_a_baseline(database: Database, folder: Path):
    database.run("CREATE TABLE notes (text TEXT PRIMARY KEY)")
    with database.connect() as connection:
        with pytest.raises(UnusableError, match=r"has 1 tables \(notes\) and no record .* db resolve --applied NAME"):
            migrate(connection, folder, silent)
        assert resolve(connection, folder, FIRST, applied=True) == {"resolved": FIRST, "as": "applied"}
        with pytest.raises(UnusableError, match="applied already"):
            resolve(connection, folder, FIRST, applied=True)
        with pytest.raises(UnusableError, match=f"no migration x; the newest is {SECOND}"):
            resolve(connection, folder, "x", applied=True)
        assert migrate(connection, folder, silent)["applied"] == [SECOND]


def test_a_runner_that_waits_too_long_says_so(database: Database, folder: Path, monkeypatch):
    monkeypatch.setattr(ledger, "LOCK_SECONDS", 0.05)
    with (
        database.connect() as other,
        ledger.locked(other),
        database.connect() as connection,
        pytest.raises(ledger.LockedError, match="another process has been applying migrations"),
    ):
        migrate(connection, folder, silent)


def test_folders_that_cannot_be_used_are_refused(tmp_path: Path):
    write(tmp_path, **{FIRST: "SELECT 1;"})
    (tmp_path / "_drafts").mkdir()
    (tmp_path / ".hidden").mkdir()
    assert [one.name for one in read(tmp_path)] == [FIRST]
    (tmp_path / SECOND).mkdir()
    with pytest.raises(UnusableError, match=f"{SECOND} has no migration.sql"):
        read(tmp_path)
    for content in ("SELECT 1;".encode("utf-16"), "SELECT 'ü';".encode("latin-1"), b"SELECT 1;\0"):
        (tmp_path / SECOND / "migration.sql").write_bytes(content)
        with pytest.raises(UnusableError, match=f"{SECOND} is no text in UTF-8"):
            read(tmp_path)
    (tmp_path / "migration_lock.toml").write_text('provider = "mysql"')
    with pytest.raises(UnusableError, match="of mysql"):
        read(tmp_path)
