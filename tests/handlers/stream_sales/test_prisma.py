"""Prisma's own `migrate deploy` and the runner of migrations read and write one record, each as the other.

It needs packages of npm, 100 MB, and runs only when it is asked for: ``pytest -m prisma``. Prisma's schema engine is
the one in WebAssembly, with the driver pg: the native one would be downloaded from elsewhere.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.handlers.stream_sales.conftest import asked
from tests.postgresql import NEEDED, Database
from tests.repository import ROOT

pytestmark = [NEEDED, pytest.mark.prisma]
PACKAGES = ("prisma@6.19.3", "@prisma/adapter-pg@6.19.3")
MIGRATIONS = ROOT / "handlers/stream_sales/migrations"
SCHEMA = """
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
"""
# The adapter knows no columns of the type name, which the engine's own question to the catalog has.
CONFIG = """
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { defineConfig } from "prisma/config";

const NAME = 19, TEXT = 25;

class Pool extends pg.Pool {
  async query(...given: any[]) {
    const found = await (super.query as any)(...given);
    for (const field of found?.fields ?? []) if (field.dataTypeID === NAME) field.dataTypeID = TEXT;
    return found;
  }
}

export default defineConfig({
  experimental: { adapter: true },
  engine: "js",
  schema: "prisma/schema.prisma",
  adapter: async () => new PrismaPg(new Pool({ connectionString: process.env.DATABASE_URL, idleTimeoutMillis: 1 })),
});
"""


@pytest.fixture
def prisma(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A project of Prisma's with the migrations of Stream Sales; its packages are installed once."""
    if "prisma" not in str(request.config.option.markexpr):
        pytest.skip("Prisma is tried only when asked for: pytest -m prisma")
    if not shutil.which("npm"):
        pytest.skip("Prisma needs npm")
    packages = request.config.cache.mkdir("prisma")  # type: ignore[union-attr]
    with (packages / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (packages / "node_modules/.bin/prisma").exists():
            install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(packages)]
            subprocess.run([*install, *PACKAGES], check=True, capture_output=True, timeout=300)
    (tmp_path / "node_modules").symlink_to(packages / "node_modules")
    shutil.copytree(MIGRATIONS, tmp_path / "prisma/migrations")
    (tmp_path / "prisma/schema.prisma").write_text(SCHEMA)
    (tmp_path / "prisma.config.ts").write_text(CONFIG)
    return tmp_path


def deployed(project: Path, database: Database) -> subprocess.CompletedProcess[str]:
    """What `prisma migrate deploy` says; nothing is downloaded for the engines it does not use."""
    unused = dict.fromkeys(("PRISMA_QUERY_ENGINE_LIBRARY", "PRISMA_SCHEMA_ENGINE_BINARY"), shutil.which("true") or "")
    return subprocess.run(
        ["node_modules/.bin/prisma", "migrate", "deploy"],
        cwd=project,
        env={**os.environ, **unused, "DATABASE_URL": database.url, "CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_prisma_finds_nothing_to_do_after_the_runner(prisma: Path, migrated: Database) -> None:
    done = deployed(prisma, migrated)
    assert done.returncode == 0, done.stderr
    assert "5 migrations found" in done.stdout
    assert "No pending migrations to apply." in done.stdout


def test_the_runner_finds_nothing_to_do_after_prisma(prisma: Path, database: Database) -> None:
    done = deployed(prisma, database)
    assert done.returncode == 0, done.stderr
    assert "All migrations have been successfully applied." in done.stdout
    found = asked(database, "migrate")
    assert (found["applied"], found["skipped"], found["warnings"]) == ([], 5, [])
    states = {row["name"]: row["state"] for row in asked(database, "status")["migrations"]}
    assert set(states.values()) == {"applied"}
    assert len(states) == 5


def test_each_stops_where_the_other_has_failed(prisma: Path, database: Database) -> None:
    database.run("CREATE TYPE wallets AS ENUM ('x')")
    assert asked(database, "migrate")["failed"]
    refused = deployed(prisma, database)
    assert (refused.returncode, "P3009" in refused.stderr) == (1, True), refused.stderr
    first = sorted(one.name for one in MIGRATIONS.iterdir() if one.is_dir())[0]
    asked(database, "resolve", name=first, applied=False)
    again = deployed(prisma, database)
    assert (again.returncode, "already exists" in again.stderr) == (1, True), again.stderr
    assert asked(database, "migrate")["failed"]["earlier"]
