"""pkgops db: the system's program, as a function or directly, and PostgreSQL's own programs, on a real database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.stream_sales.migrate import handler
from pkgops.ports.databases import ClusterState
from tests.pkgops.fakes.databases import FakeDatabases
from tests.pkgops.fakes.ports import FakePorts
from tests.postgresql import NEEDED, PASSWORD, USER, Database, DatabaseServer, served

pytestmark = NEEDED
FUNCTION, SECRET = "stream-sales-dev-migrate", "stream-sales/dev/database/credentials"
LAST = "20251227134711_add_delivery_details"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseServer]:
    with served(tmp_path_factory.mktemp("postgresql")) as server:
        yield server


@pytest.fixture
def database(postgresql: DatabaseServer) -> Database:
    return postgresql.database()


def ports_of(database: Database, environment: str = "dev", development: str = "true") -> FakePorts:
    """The system deployed, its function in this process."""

    def near(event: dict[str, Any]) -> dict[str, Any]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", database.url)
            patch.setenv("DATABASE_DEVELOPMENT", development)
            return handler(event, None)

    ports = FakePorts()
    ports.functions.deployed[f"stream-sales-{environment}-migrate"] = near
    login = {
        "username": USER,
        "password": PASSWORD,
        "dbname": database.name,
        "host": "127.0.0.1",
        "port": database.port,
    }
    ports.secrets.values[f"stream-sales/{environment}/database/credentials"] = json.dumps(login)
    state = ClusterState(
        *(f"stream-sales-{environment}-cluster", "available", "aurora-postgresql", "15.13", 0, 4, 600, 7),
        restorable="2026-01-01T00:00:00+00:00",
    )
    ports.databases = FakeDatabases(state)
    return ports


@pytest.fixture
def ports(database: Database) -> FakePorts:
    return ports_of(database)


def test_migrations_are_applied_once_and_listed(run, ports):
    dry = run("db", "migrate", "--dry-run", ports=ports)
    assert dry.exit_code == 0, dry.stderr
    assert dry.stdout.splitlines()[-1] == f"Would apply {LAST}"
    assert len(run("db", "migrate", ports=ports).stdout.splitlines()) == 5
    assert run("db", "migrate", ports=ports).stdout == "Nothing to apply: 5 migrations applied already.\n"
    listed = run("db", ports=ports)
    assert [line.split()[:2] for line in listed.stdout.splitlines()][-1] == [LAST, "applied"]
    assert "stream-sales-dev-cluster is available: aurora-postgresql 15.13, 0 to 4 ACU, pauses after 10 idle" in (
        listed.stderr
    )
    rows = json.loads(run("db", "status", "stream_sales", "-o", "json", ports=ports).stdout)
    assert [row["state"] for row in rows] == ["applied"] * 5


def test_a_migration_that_fails_is_said_and_resolved(run, ports, database):
    database.run("CREATE TABLE exchange_rates (x TEXT)")
    refused = run("db", "migrate", ports=ports)
    assert refused.exit_code == 6
    assert "pkgops db resolve --applied NAME" in refused.stderr
    database.run("DROP TABLE exchange_rates")
    database.run("CREATE TYPE wallets AS ENUM ('x')")
    failed = run("db", "migrate", ports=ports)
    assert failed.exit_code == 1
    assert '20251223021638_init failed: type "wallets" already exists. (42710)' in failed.stderr
    assert "pkgops db resolve stream_sales --stage local --rolled-back 20251223021638_init" in failed.stderr
    again = run("db", "migrate", "-o", "json", ports=ports)
    assert again.exit_code == 1
    assert json.loads(again.stdout)["failed"]["earlier"] is True
    database.run("DROP TYPE wallets")
    name = ("--rolled-back", "20251223021638_init")
    assert run("db", "resolve", *name, ports=ports).stdout == "Recorded: 20251223021638_init is rolled back.\n"
    assert run("db", "migrate", ports=ports).exit_code == 0
    assert run("db", "resolve", ports=ports).exit_code == 2


def test_a_function_that_is_older_than_the_checkout_is_told(run, ports):
    old = ports.functions.deployed[FUNCTION]
    ports.functions.deployed[FUNCTION] = lambda event: (found := old(event)) | {"known": found["known"][:-1]}
    done = run("db", "migrate", "--dry-run", ports=ports)
    assert f"Not in the deployed function yet: {LAST}. Deploy first: pkgops deploy stream_sales" in done.stderr
    assert "not deployed" in run("db", "status", ports=ports).stdout


def test_seeds_are_written_and_passwords_shown_once(run, ports):
    run("db", "migrate", ports=ports)
    rows = {row["name"]: row for row in json.loads(run("db", "seed", "-o", "json", ports=ports).stdout)}
    assert rows["users"]["rows"]["users"] == 6
    assert len(rows["users"]["revealed"]) == 6
    again = run("db", "seed", "--only", "users", ports=ports)
    assert "Shown once; save them now:" in again.stdout
    assert "admin@streamsales.com" in again.stdout
    unconfirmed = run("db", "seed", "--only", "clear", ports=ports)
    assert unconfirmed.exit_code == 6
    assert "Add --yes." in unconfirmed.stderr
    assert run("db", "seed", "--only", "clear", "--yes", ports=ports).stdout == "clear: Emptied 28 tables.\n"
    unknown = run("db", "seed", "--only", "nothing", ports=ports)
    assert "There is no seed nothing; there are users, products, referral-config, reset, clear." in unknown.stderr


def test_checks_and_a_reset(run, ports, database):
    failing = run("db", "check", ports=ports)
    assert failing.exit_code == 1
    assert "none; to make them: pkgops db migrate" in failing.stdout
    run("db", "migrate", ports=ports)
    rows = json.loads(run("db", "check", "-o", "json", ports=ports).stdout)
    assert (len(rows), all(row["ok"] for row in rows)) == (9, True)
    assert run("db", "reset", ports=ports).exit_code == 6
    done = run("db", "reset", "--yes", ports=ports)
    assert done.stdout.splitlines()[-1] == f"Applied {LAST}"


def test_a_url_is_masked_unless_it_is_asked_for(run, ports, database):
    done = run("db", "url", ports=ports)
    assert done.stdout == f"postgresql://dbadmin:****@127.0.0.1:{database.port}/{database.name}?sslmode=disable\n"
    assert run("db", "url", "--show", ports=ports).stdout.strip() == database.url
    masked = json.loads(run("db", "url", "-o", "json", ports=ports).stdout)
    assert "password" not in masked
    assert PASSWORD not in json.dumps(masked)


def test_statements_and_files_are_run(run, ports, database, tmp_path, capfd):
    statement = "SELECT 1 AS one, NULL AS nothing, E'a\\nb,\"c' AS text"
    rows = run("db", "psql", "-c", statement, "-o", "json", ports=ports)
    assert json.loads(rows.stdout) == [{"one": "1", "nothing": None, "text": 'a\nb,"c'}]
    file = tmp_path / "made.sql"
    file.write_text("CREATE TABLE made (x INT); INSERT INTO made VALUES (7);")
    assert run("db", "psql", "-f", str(file), ports=ports).exit_code == 0
    assert run("db", "psql", "-c", "SELECT x FROM made", ports=ports).exit_code == 0
    assert "7" in capfd.readouterr().out
    assert run("db", "psql", "-c", "SELECT missing", ports=ports).exit_code != 0
    wrong = run("db", "psql", "-c", "SELECT missing", "-o", "json", ports=ports)
    assert json.loads(wrong.stderr)["message"] == 'ERROR:  column "missing" does not exist'
    assert PASSWORD not in wrong.stderr


@pytest.mark.parametrize("name", ["all.dump", "all.sql"])
def test_a_dump_is_restored_whole_or_not_at_all(run, ports, postgresql, tmp_path, name):
    run("db", "migrate", ports=ports)
    run("db", "seed", ports=ports)
    file = str(tmp_path / name)
    assert run("db", "dump", "--to", file, ports=ports).stdout == f"Wrote {file}.\n"
    assert run("db", "dump", "--to", file, ports=ports).exit_code == 2
    assert "in a directory that is there" in run("db", "dump", "--to", f"{file}/x", ports=ports).stderr
    other = postgresql.database()
    restored = ports_of(other)
    assert run("db", "restore", "--from", file, ports=restored).exit_code == 0
    assert other.run("SELECT count(*) FROM products") == [[120]]
    assert run("db", "migrate", ports=restored).stdout.startswith("Nothing to apply: 5")
    other.run("UPDATE products SET name = 'changed'")
    again = run("db", "restore", "--from", file, ports=restored)
    assert again.exit_code == 1
    assert "already exists" in again.stderr
    assert other.run("SELECT DISTINCT name FROM products") == [["changed"]]
    cleaned = run("db", "restore", "--from", file, "--clean", "--yes", ports=restored)
    assert cleaned.exit_code == (0 if name.endswith("dump") else 2)


@pytest.mark.parametrize("command", ["\\! touch {}", "\\copy rates to '{}'", "SELECT 1 \\g {}", "\\unrestrict b"])
def test_a_dump_runs_nothing_on_this_machine(run, database, ports, tmp_path, command):
    touched, source = tmp_path / "touched", tmp_path / "hostile.sql"
    lines = ["CREATE TABLE rates (id int);", "\\restrict a", command.format(touched), "SELECT 1;"]
    source.write_text("\n".join([*lines, ""]))
    done = run("db", "restore", "--from", str(source), ports=ports)
    assert (done.exit_code, touched.exists()) == (1, False)
    assert "commands for psql" in done.stderr
    assert database.run("SELECT to_regclass('rates') IS NULL") == [[True]]


def test_a_schema_goes_to_standard_output(run, ports):
    run("db", "migrate", ports=ports)
    text = run("db", "dump", "--schema-only", ports=ports).stdout
    assert "CREATE TABLE public.users" in text
    assert "COPY" not in text


def test_directly_the_program_runs_here(run, ports, database):
    ports.functions.deployed.clear()
    done = run("db", "migrate", "--direct", ports=ports)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"Applied {LAST}"
    assert f"Applying {LAST}" in done.stderr
    via = ("--via", f"localhost:{database.port}")
    assert run("db", "check", *via, ports=ports).exit_code == 0
    assert "is not deployed" in run("db", "check", ports=ports).stderr


def test_a_database_that_is_not_there_is_said_with_the_way_to_it(run, ports, database, monkeypatch):
    login = json.loads(ports.secrets.values[SECRET])
    ports.secrets.values[SECRET] = json.dumps({**login, "password": "wrong"})
    refused = run("db", "check", "--direct", ports=ports)
    assert refused.exit_code == 4
    assert 'password authentication failed for user "dbadmin"' in refused.stderr
    assert "wrong" not in refused.stderr
    ports.functions.deployed[FUNCTION] = lambda _: [1]
    assert "answered something else than an object" in run("db", "check", ports=ports).stderr
    ports.functions.deployed[FUNCTION] = lambda _: {"checks": 1}
    assert "not what this pkgops understands" in run("db", "check", ports=ports).stderr


def test_protected_stages_want_their_name_and_keep_their_data(run, project: Path, postgresql, monkeypatch):
    (project / "stages.toml").write_text('[local]\n[prod]\nprotected = true\naccount = "123456789012"\n')
    ports = ports_of(postgresql.database(), "production", development="false")
    prod = ("--stage", "prod")
    for words in (("migrate",), ("seed",), ("psql", "-c", "SELECT 1"), ("resolve", "--applied", LAST)):
        refused = run("db", *words, "--yes", *prod, ports=ports)
        assert refused.exit_code == 6, refused.stderr
        assert "PKGOPS_CONFIRM" in refused.stderr
    assert run("db", "migrate", "--dry-run", *prod, ports=ports).exit_code == 0
    monkeypatch.setenv("PKGOPS_CONFIRM", "prod")
    done = run("db", "migrate", "--yes", *prod, ports=ports)
    assert done.exit_code == 0, done.stderr
    assert "can be restored to any time of the last 7 days, up to 2026-01-01T00:00:00+00:00" in done.stderr
    demo = run("db", "seed", "--yes", *prod, ports=ports)
    assert (demo.exit_code, "demo data" in demo.stderr) == (6, True)
    assert run("db", "seed", "--only", "referral-config", "--yes", *prod, ports=ports).exit_code == 0
    for words in (("seed", "--only", "clear"), ("reset",)):
        assert run("db", *words, "--yes", *prod, ports=ports).exit_code == 6
    assert run("db", "seed", "--only", "users", "--force", "--yes", *prod, ports=ports).exit_code == 0


def test_a_system_without_a_database_is_told(run, ports):
    for words in (("db", "status", "kefir"), ("db", "status", "--system", "kefir")):
        done = run(*words, ports=ports)
        assert (done.exit_code, "kefir declares no database" in done.stderr) == (2, True)
