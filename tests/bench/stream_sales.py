"""How long do Stream Sales' five migrations take on an empty database, beside psql with the same files?

Both are processes, each begun and ended; the record of what was applied is the runner's alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from pkgops.local.databases.postgres_programs import programs
from tests.bench.measure import BenchmarkError, Contest, Row, Sample
from tests.bench.workplace import Workplace
from tests.postgresql import PASSWORD, USER, Database, DatabaseServer, served
from tests.repository import ROOT

MIGRATING = "Stream Sales: five migrations, empty database"
FOLDER = ROOT / "handlers" / "stream_sales" / "migrations"


def measured(place: Workplace, only: str) -> Iterator[Row | str]:
    """The row, or a note where there is no PostgreSQL."""
    if only not in MIGRATING:
        return
    found = programs()
    if found is None:
        yield f"{MIGRATING}: there is no PostgreSQL for this machine"
        return
    folder = place.scratch / "postgresql"
    folder.mkdir()
    with served(folder) as server:
        scripts = [part for one in sorted(FOLDER.glob("*/migration.sql")) for part in ("-f", str(one))]
        psql = [str(found / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", *scripts]
        runner = [sys.executable, "-m", "handlers.stream_sales.migrate"]
        floor = _run(server, psql, _of_psql)
        yield Contest(MIGRATING, floor, _run(server, runner, _of_runner), 4.0, 10, warm_up=2).run()


def _run(
    server: DatabaseServer, command: Sequence[str], environment: Callable[[Database], Mapping[str, str]]
) -> Callable[[], Sample]:
    """Runs a program on a new database, which is made before the time counts."""

    def run() -> Sample:
        database = server.database()
        variables = {"PATH": os.environ["PATH"], **environment(database)}
        began = time.perf_counter()
        done = subprocess.run(
            command,
            input=json.dumps({"action": "migrate"}),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=variables,
            check=False,
        )
        seconds = time.perf_counter() - began
        tables = database.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^_'")
        if done.returncode or tables != [[28]]:
            raise BenchmarkError(f"{command[0]}: {tables} tables, {done.stderr[-2000:]}")
        return Sample(seconds)

    return run


def _of_psql(database: Database) -> Mapping[str, str]:
    place = {"PGHOST": "127.0.0.1", "PGPORT": str(database.port), "PGDATABASE": database.name}
    return {**place, "PGUSER": USER, "PGPASSWORD": PASSWORD}


def _of_runner(database: Database) -> Mapping[str, str]:
    return {"DATABASE_URL": database.url}
