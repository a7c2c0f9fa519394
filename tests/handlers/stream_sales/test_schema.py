"""The schema: as many tables, foreign keys and indexes as documented, and what they do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pg8000.native
import pytest

from handlers.stream_sales.migrate import DATABASE
from tests.handlers.stream_sales.conftest import asked
from tests.postgresql import NEEDED, Database
from tests.repository import ROOT

pytestmark = NEEDED
NAMES = [
    "20251223021638_init",
    "20251223023319_add_pricing_types",
    "20251223123210_add_audit_trail_snapshots",
    "20251225125857_add_customer_data_to_order",
    "20251227134711_add_delivery_details",
]


def test_five_migrations_give_the_documented_schema(migrated: Database):
    ledger = "<> '_prisma_migrations'"
    assert migrated.run(f"SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename {ledger}") == [[28]]
    assert migrated.run(f"SELECT count(*) FROM pg_indexes WHERE schemaname = 'public' AND tablename {ledger}") == [[98]]
    keys = migrated.run("SELECT confdeltype FROM pg_constraint WHERE contype = 'f'")
    assert Counter(kind for (kind,) in keys) == {"c": 11, "n": 9, "r": 15}
    again = asked(migrated, "migrate")
    assert (again["applied"], again["skipped"], again["warnings"]) == ([], 5, [])
    assert again["known"] == NAMES
    assert DATABASE.migrations.is_dir()


def test_money_and_ids_are_as_documented(migrated: Database):
    kinds = {
        (table, column): (kind, precision, scale)
        for table, column, kind, precision, scale in migrated.run(
            "SELECT table_name, column_name, data_type, numeric_precision, numeric_scale "
            "FROM information_schema.columns WHERE table_schema = 'public'"
        )
    }
    assert kinds["wallets", "balance"] == kinds["transactions", "amount"] == ("numeric", 19, 4)
    assert kinds["product_variants", "price"] == kinds["orders", "totalAmount"] == ("numeric", 10, 2)
    assert kinds["exchange_rates", "rate"] == ("numeric", 18, 6)
    defaults = migrated.run(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_%' "
        "AND column_name IN ('id', 'updatedAt') AND column_default IS NOT NULL"
    )
    assert defaults == [[0]]


def test_what_users_leave_behind(migrated: Database):
    """A user's profile and wallet go along; a provider with products stays."""
    asked(migrated, "seed", names=["users", "products"])
    migrated.run("DELETE FROM users WHERE role = 'seller'")
    assert migrated.run("SELECT count(*) FROM wallets") == [[5]]
    with pytest.raises(pg8000.native.DatabaseError, match="products_providerId_fkey"):
        migrated.run("DELETE FROM users WHERE role = 'provider'")


def test_the_function_is_a_program_as_well(database: Database):
    done = subprocess.run(
        [sys.executable, "-m", "handlers.stream_sales.migrate"],
        input=json.dumps({"action": "migrate"}),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"DATABASE_URL": database.url, "PATH": os.environ["PATH"]},
    )
    assert json.loads(done.stdout)["applied"] == NAMES
    assert done.stderr == "".join(f"Applying {name}\n" for name in NAMES)
