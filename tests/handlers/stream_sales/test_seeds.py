"""Seeds: what they write, twice as documented, and where they are refused."""

from __future__ import annotations

import re
from decimal import Decimal

import bcrypt
import pytest

from handlers.stream_sales.seeds.products import CATEGORIES
from tests.handlers.stream_sales.conftest import asked
from tests.postgresql import NEEDED, Database

pytestmark = NEEDED


def revealed(answer: dict) -> dict[str, str]:
    (seed,) = answer["seeds"]
    return {one["label"]: one["value"] for one in seed["revealed"]}


def test_users_get_new_passwords_and_are_written_once(migrated: Database):
    first, second = (asked(migrated, "seed", names=["users"]) for _ in range(2))
    assert first["seeds"][0]["rows"] == {"users": 6, "wallets": 6, "profiles": 3}
    assert second["seeds"][0]["rows"] == {"users": 6, "wallets": 0, "profiles": 0}
    users = {email: row for email, *row in migrated.run('SELECT email, password, role, "countryCode" FROM users')}
    assert {email: row[1:] for email, row in users.items()} == {
        "seller@streamsales.com": ["seller", "PE"],
        "provider@streamsales.com": ["provider", None],
        "validator@streamsales.com": ["payment_validator", "PE"],
        "conciliator@streamsales.com": ["conciliator", None],
        "admin@streamsales.com": ["admin", None],
        "affiliate@streamsales.com": ["affiliate", "PE"],
    }
    for email, password in revealed(second).items():
        assert bcrypt.checkpw(password.encode(), users[email][0].encode())
        assert not bcrypt.checkpw(revealed(first)[email].encode(), users[email][0].encode())
        assert users[email][0].startswith("$2b$10$")
        kinds = (r"[A-Z]", r"[a-z]", r"[0-9]", r"[-_.]", r"^.{20}$")
        assert all(re.search(kind, password) for kind in kinds)
    assert migrated.run("SELECT balance, currency, count(*) FROM wallets GROUP BY 1, 2") == [[Decimal(0), "USD", 6]]
    ((code, status, id),) = migrated.run('SELECT "referralCode", status, "userId" FROM affiliate_profiles')
    assert (code, status) == (f"REF-{id[:8].upper()}", "active")
    assert migrated.run("SELECT status FROM provider_profiles") == [["pending"]]
    assert migrated.run('SELECT status, "assignedCountry" FROM payment_validator_profiles') == [["pending", "PE"]]


def test_a_changed_user_is_as_seeded_again(migrated: Database):
    asked(migrated, "seed", names=["users"])
    migrated.run("UPDATE users SET role = 'user', name = 'x' WHERE email = 'admin@streamsales.com'")
    asked(migrated, "seed", names=["users"])
    assert migrated.run("SELECT role, name FROM users WHERE email = 'admin@streamsales.com'") == [
        ["admin", "Demo Admin"]
    ]


def test_products_are_added_each_time_they_are_asked_for(migrated: Database):
    once = {
        "products": 120,
        "product_variants": 120,
        "inventory_accounts": 80,
        "inventory_slots": 400,
        "inventory_licenses": 30,
        "digital_content": 30,
    }
    first = asked(migrated, "seed", names=["products"])
    assert first["seeds"][0]["rows"] == once
    assert migrated.run("SELECT email FROM users WHERE role = 'provider'") == [["mock-provider@streamsales.com"]]
    counts = migrated.run("SELECT category, count(*) FROM products GROUP BY 1")
    assert dict(counts) == dict.fromkeys(CATEGORIES, 10)
    ((lowest, highest, days),) = migrated.run(
        'SELECT min(price), max(price), max("durationDays") FROM product_variants'
    )
    assert Decimal(5) <= lowest < highest <= Decimal(55)
    assert days == 30
    asked(migrated, "seed", names=["products"])
    assert migrated.run("SELECT count(*) FROM products") == [[240]]
    everything = {one["name"]: one for one in asked(migrated, "seed")["seeds"]}
    assert list(everything) == ["users", "products", "referral-config"]
    assert everything["products"]["rows"] == {}
    assert everything["products"]["note"].startswith("There are products")
    assert migrated.run("SELECT count(*) FROM products") == [[240]]


def test_there_is_one_active_referral_fee(migrated: Database):
    for _ in range(2):
        asked(migrated, "seed", names=["referral-config"], development="false")
    assert migrated.run('SELECT "approvalFee", "isActive" FROM referral_approval_configs') == [[Decimal("10.00"), True]]


def test_a_reset_leaves_the_rates_alone_and_the_ledger(migrated: Database):
    asked(migrated, "seed")
    for _ in range(2):
        asked(migrated, "seed", names=["reset"], confirmed=True)
    assert migrated.run('SELECT type, rate FROM commission_configs WHERE "isActive"') == [["sale", Decimal("15.00")]]
    assert migrated.run('SELECT "distributorMarkup", "platformFee" FROM pricing_configs') == [[15, 10]]
    assert migrated.run('SELECT "countryCode", "currencyCode", rate FROM exchange_rates') == [
        ["PE", "PEN", Decimal("3.750000")]
    ]
    assert migrated.run("SELECT count(*) FROM users") == [[0]]
    assert asked(migrated, "migrate")["skipped"] == 5
    unconfirmed = {"error": "seed clear deletes data", "kind": "unconfirmed"}
    assert asked(migrated, "seed", names=["clear"]) == unconfirmed
    assert migrated.run("SELECT count(*) FROM commission_configs") == [[1]]
    asked(migrated, "seed", names=["clear"], confirmed=True)
    assert migrated.run("SELECT count(*) FROM commission_configs") == [[0]]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({}, "seed users is demo data, which only development stages take without --force"),
        (
            {"names": ["reset"], "force": True, "confirmed": True},
            "seed reset deletes data, which only development stages allow",
        ),
        ({"names": ["clear"]}, "seed clear deletes data, which only development stages allow"),
        ({"names": ["nothing"]}, "there is no seed nothing; there are users, products, referral-config, reset, clear"),
    ],
)
def test_other_stages_refuse_demo_data_and_wipes(migrated: Database, event: dict, expected: str):
    assert asked(migrated, "seed", development="false", **event) == {"error": expected, "kind": "refused"}
    assert migrated.run("SELECT count(*) FROM users") == [[0]]
    forced = asked(migrated, "seed", development="false", names=["users"], force=True)
    assert forced["seeds"][0]["rows"]["users"] == 6


def test_a_seed_that_fails_writes_nothing(migrated: Database):
    migrated.run("DROP TABLE digital_content CASCADE")
    failed = asked(migrated, "seed", names=["products"])
    assert failed["kind"] == "database"
    assert "digital_content" in failed["error"]
    assert migrated.run("SELECT count(*) FROM products") == [[0]]


def test_development_stages_are_reset_and_others_never(migrated: Database):
    refused = asked(migrated, "reset", development="false", force=True)
    assert refused["kind"] == "refused"
    assert asked(migrated, "reset")["reset"] is True
    assert migrated.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [[0]]
    assert len(asked(migrated, "migrate")["applied"]) == 5


def test_nine_checks(migrated: Database, database: Database):
    asked(migrated, "seed", names=["users"])
    rows = asked(migrated, "check", tables=["users", "wallets"])["checks"]
    assert [(row["name"], row["ok"]) for row in rows] == [
        ("connection", True),
        ("query", True),
        ("version", True),
        ("tables", True),
        ("rows of users", True),
        ("rows of wallets", True),
        ("read transaction", True),
        ("connections", True),
        ("ten queries", True),
    ]
    found = {row["name"]: row["found"] for row in rows}
    assert (found["tables"], found["rows of users"], found["rows of wallets"]) == ("28", "6", "6")
    assert found["connections"].startswith("1 of 200")
    migrated.run("DROP TABLE wallets CASCADE")
    rows = asked(migrated, "check", tables=["users", "wallets"])["checks"]
    assert [row["name"] for row in rows if not row["ok"]] == ["rows of wallets"]


def test_what_cannot_be_done_is_an_answer(database: Database):
    assert asked(database, "drop")["kind"] == "usage"
    unseeded = asked(database, "seed", names=["users"])
    assert (unseeded["kind"], "users" in unseeded["error"]) == ("database", True)
