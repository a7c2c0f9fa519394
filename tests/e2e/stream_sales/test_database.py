"""The database through its migration function: migrated, broken, mended, seeded, checked, and reset."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.canary import watch
from tests.e2e.stream_sales.market import Market
from tests.waiting import eventually

pytestmark = pytest.mark.e2e
FIRST, LAST = "20251223021638_init", "20251227134711_add_delivery_details"


def asked(market: Market, **event: Any) -> dict[str, Any]:
    """The answer of the deployed function."""
    body = json.dumps(event).encode()
    done = market.aws("lambda").invoke(FunctionName=market.outputs["MigrationFunctionName"], Payload=body)
    found: dict[str, Any] = json.loads(done["Payload"].read())
    return found


def test_the_function_is_small_and_in_the_network(market: Market) -> None:
    found = market.aws("lambda").get_function_configuration(FunctionName=market.outputs["MigrationFunctionName"])
    assert (found["MemorySize"], found["Timeout"], found["Runtime"]) == (1024, 300, "python3.12")
    assert len(found["VpcConfig"]["SubnetIds"]) == 2
    assert found["CodeSize"] < 100_000
    groups = market.aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{found['FunctionName']}")
    assert [row["retentionInDays"] for row in groups["logGroups"]] == [7]


def test_a_database_is_migrated_broken_mended_seeded_and_reset(market: Market) -> None:
    run = market.project.pkgops
    market.project.rows("db", "reset", "stream_sales", "--yes")
    asked(market, action="reset")
    with market.database() as database:
        database.run("CREATE TYPE wallets AS ENUM ('x')")
        failed = run("db", "migrate", ok=False)
        assert failed.returncode == 1
        assert f'{FIRST} failed: type "wallets" already exists. (42710)' in failed.stderr
        database.run("DROP TYPE wallets")
    assert run("db", "migrate", ok=False).returncode == 1
    assert [row["state"] for row in market.project.rows("db")] == ["failed", *["pending"] * 4]
    run("db", "resolve", "--rolled-back", FIRST)
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: asked(market, action="migrate"), range(3)))
    assert sorted(len(one["applied"]) for one in results) == [0, 0, 5]
    assert run("db", "migrate", "--direct").stdout == "Nothing to apply: 5 migrations applied already.\n"
    seeded = market.project.rows("db", "seed")
    watch(*(one["value"] for seed in seeded for one in seed["revealed"]))
    checks = market.project.rows("db", "check")
    assert (len(checks), [row["name"] for row in checks if not row["ok"]]) == (9, [])
    assert market.project.rows("db", "psql", "-c", "SELECT count(*) AS products FROM products") == [{"products": "120"}]
    eventually(lambda: run("local", "pause", ok=False).returncode == 0)
    assert "(paused)" in run("local", "status").stdout
    assert "(paused)" in run("doctor", "--system", "stream_sales", ok=False).stdout
    late = run("db", "status", "stream_sales")
    assert ("It is paused now." in late.stderr, late.stdout.count("applied")) == (True, 5)
    assert "(awake)" in run("local", "status").stdout
    assert run("db", "url").stdout.startswith("postgresql://dbadmin:****@127.0.0.1:")
    shown = json.loads(run("db", "seed", "--only", "products", "--output", "json").stdout)
    assert shown[0]["rows"]["products"] == 120
    dump = market.project.root / "market.dump"
    run("db", "dump", "--to", str(dump))
    run("db", "seed", "--only", "clear", "--yes")
    run("db", "restore", "--from", str(dump), "--clean", "--yes")
    with market.database() as database:
        assert database.run("SELECT count(*) FROM products") == [[240]]
