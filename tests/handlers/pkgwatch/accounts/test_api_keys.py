"""GET and POST /api-keys, DELETE /api-keys/{key_id}"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.api_keys import key_hash
from handlers.pkgwatch.accounts.key_items import ensure_user_record
from handlers.pkgwatch.api.create_api_key import handler as create_handler
from handlers.pkgwatch.api.get_api_keys import handler as list_handler
from handlers.pkgwatch.api.get_usage import handler as usage_handler
from handlers.pkgwatch.api.revoke_api_key import handler as revoke_handler
from handlers.pkgwatch.billing import billing_state
from tests.handlers.gateway import Answer, call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import ask


def create(owner: str, body: Any = None) -> Answer:
    return ask(create_handler, owner, "POST", body=body if isinstance(body, str) or body is None else json.dumps(body))


def revoke(owner: str, key_id: str) -> Answer:
    return ask(revoke_handler, owner, "DELETE", path={"key_id": key_id}, resource="/api-keys/{key_id}")


def listed(owner: str) -> list[dict[str, Any]]:
    answer = ask(list_handler, owner)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "private, no-store")
    return list(answer.json["api_keys"])


def with_keys(world: Any, count: int, **meta: Any) -> tuple[str, list[str]]:
    """A user with that many keys: the user id, and the keys' ids."""
    clear, owner = world.user(email="a@example.com", key_count=count, **meta)
    hashes = [key_hash(clear), *(secrets.token_hex(32) for _ in range(count - 1))]
    for hashed in hashes[1:]:
        world.keys.put({"pk": owner, "sk": hashed, "key_hash": hashed, "tier": "free", "email": "a@example.com"})
    return owner, [hashed[:16] for hashed in hashes]


def consistent(world: Any, owner: str) -> int:
    """How many keys there are, which is what the user's record says too."""
    items = world.keys.partition(owner, consistent=True)
    there = sum("key_hash" in item for item in items)
    assert world.meta(owner)["key_count"] == there
    return there


def test_a_key_is_made_shown_once_and_listed(world: Any) -> None:
    owner, _ = with_keys(world, 1)
    answer = create(owner, {"name": "  CI key_1.0 "})
    assert (answer.status, set(answer.json)) == (201, {"api_key", "key_id", "message"})
    clear, key_id = answer.json["api_key"], answer.json["key_id"]
    assert key_hash(clear)[:16] == key_id
    assert (clear[:3], len(clear)) == ("pw_", 46)
    assert call(usage_handler, proxy_event(headers={"X-API-Key": clear})).status == 200
    row = next(row for row in listed(owner) if row["key_id"] == key_id)
    created = row.pop("created_at")
    assert created.endswith("+00:00")
    assert row == {
        "key_id": key_id,
        "key_prefix": f"pw_....{clear[-8:]}",
        "key_name": "CI key_1.0",
        "tier": "free",
        "requests_this_month": 0,
        "last_used": None,
    }
    assert clear not in json.dumps(world.keys.partition(owner))
    assert consistent(world, owner) == 2


def test_an_old_key_is_listed_by_its_hash(world: Any) -> None:
    clear, owner = world.user()
    (row,) = listed(owner)
    assert row["key_prefix"] == f"pw_....{key_hash(clear)[-8:]}"
    assert (row["key_name"], row["created_at"]) == (None, None)


@pytest.mark.parametrize("body", [None, "", "{", "[]", "{}", {"name": ""}, {"name": "  "}, {"name": None}])
def test_a_key_without_a_name_gets_a_number(world: Any, body: Any) -> None:
    owner, _ = with_keys(world, 2)
    key_id = create(owner, body).json["key_id"]
    assert next(row["key_name"] for row in listed(owner) if row["key_id"] == key_id) == "Key 3"


@pytest.mark.parametrize("name", ["x" * 101, "<b>", "a/b", "naïve", "a\nb", 5, ["a"]])
def test_names_that_are_refused(world: Any, name: Any) -> None:
    owner, _ = with_keys(world, 1)
    answer = create(owner, {"name": name})
    assert (answer.status, answer.code) == (400, "invalid_key_name")
    assert consistent(world, owner) == 1


def test_a_further_key_counts_and_is_billed_as_the_others(world: Any) -> None:
    owner, _ = with_keys(world, 1)
    billing = {
        "tier": "pro",
        "cancellation_pending": False,
        "cancellation_date": None,
        "current_period_start": 1_790_000_000,
        "current_period_end": 1_792_592_000,
        "payment_failures": 1,
        "stripe_customer_id": f"cus_{owner}",
        "stripe_subscription_id": f"sub_{owner}",
        "email_verified": True,
    }
    billing_state.write(world.keys, owner, **billing)
    hashed = key_hash(create(owner).json["api_key"])
    made = world.keys.get((owner, hashed))
    assert {name: made.get(name) for name in billing} == billing
    assert (made["monthly_limit"], made["requests_this_month"], made["email"]) == (100_000, 0, "a@example.com")
    assert made["last_reset_period_start"] == 1_790_000_000
    found = world.keys.query("stripe-customer-index", "stripe_customer_id", f"cus_{owner}")
    assert hashed in {item["sk"] for item in found}


def test_at_most_five_keys(world: Any) -> None:
    owner, _ = with_keys(world, 5)
    answer = create(owner)
    assert (answer.status, answer.code) == (400, "max_keys_reached")


@pytest.mark.parametrize("had", [1, 3, 4])
def test_many_at_once_make_five_keys_at_most(world: Any, at_once: Any, had: int) -> None:
    owner, _ = with_keys(world, had)
    answers = at_once(lambda _: create(owner), 8)
    made = [answer for answer in answers if answer.status == 201]
    refused = {answer.code for answer in answers if answer.status != 201}
    assert refused <= {"max_keys_reached", "key_creation_failed"}
    assert consistent(world, owner) == had + len(made) <= 5
    assert made


@pytest.mark.parametrize("meta", [{}, {"requests_this_month": 9}])
def test_an_account_that_never_counted_its_keys_begins_to(world: Any, at_once: Any, meta: dict[str, Any]) -> None:
    clear, owner = world.user(**meta)
    world.keys.update((owner, key_hash(clear)), "SET requests_this_month = :n", {"n": 7})
    made = [answer for answer in at_once(lambda _: create(owner), 4) if answer.status == 201]
    assert made
    assert consistent(world, owner) == 1 + len(made)
    user = world.meta(owner)
    assert (user["requests_this_month"], user["email"]) == (meta.get("requests_this_month", 7), "a@example.com")
    assert user["created_at"]


def test_who_comes_late_to_count_the_keys_leaves_the_count(world: Any) -> None:
    _, owner = world.user(requests_this_month=1)
    before = world.keys.partition(owner)
    create(owner)
    user = ensure_user_record(world.keys, owner, "a@example.com", before, datetime.now(UTC))
    assert user["key_count"] == consistent(world, owner) == 2


def test_a_key_is_revoked(world: Any) -> None:
    owner, (first, second) = with_keys(world, 2)
    answer = revoke(owner, first)
    assert (answer.status, answer.text) == (204, "")
    assert [row["key_id"] for row in listed(owner)] == [second]
    assert consistent(world, owner) == 1


@pytest.mark.parametrize("key_id", ["f" * 16, "first eight", "all but one", "too many", "PENDING_DISPLAY"])
def test_only_the_whole_id_of_an_own_key_will_do(world: Any, key_id: str) -> None:
    owner, ids = with_keys(world, 2)
    given = {"first eight": ids[0][:8], "all but one": ids[0][:-1], "too many": f"{ids[0]}0"}.get(key_id, key_id)
    answer = revoke(owner, given)
    assert (answer.status, answer.code) == (404, "key_not_found")
    stranger, _ = with_keys(world, 2)
    assert revoke(stranger, ids[0]).code == "key_not_found"
    assert consistent(world, owner) == 2


def test_without_an_id(world: Any) -> None:
    owner, _ = with_keys(world, 2)
    answer = ask(revoke_handler, owner, "DELETE")
    assert (answer.status, answer.code) == (400, "missing_key_id")


@pytest.mark.parametrize("meta", [{}, {"email": "a@example.com"}, {"key_count": 3}])
def test_the_last_key_stays_whatever_was_counted(world: Any, meta: dict[str, Any]) -> None:
    clear, owner = world.user(**meta)
    answer = revoke(owner, key_hash(clear)[:16])
    assert (answer.status, answer.code) == (400, "cannot_revoke_last_key")
    assert len(listed(owner)) == 1


def test_of_keys_revoked_all_at_once_one_stays(world: Any, at_once: Any) -> None:
    owner, ids = with_keys(world, 5)
    answers = at_once(lambda number: revoke(owner, ids[number]), 5)
    assert sorted(answer.status for answer in answers) == [204] * 4 + [400]
    assert consistent(world, owner) == 1


def test_a_key_is_revoked_once(world: Any, at_once: Any) -> None:
    owner, ids = with_keys(world, 3)
    answers = at_once(lambda _: revoke(owner, ids[0]), 6)
    assert sorted(answer.status for answer in answers) == [204] + [404] * 5
    assert consistent(world, owner) == 2


def test_making_and_revoking_at_once(world: Any, at_once: Any) -> None:
    owner, ids = with_keys(world, 4)
    answers = at_once(lambda n: revoke(owner, ids[n // 2]) if n % 2 else create(owner), 8)
    made = sum(answer.status == 201 for answer in answers)
    gone = sum(answer.status == 204 for answer in answers)
    assert {answer.status for answer in answers} <= {201, 204, 400, 409}
    assert 1 <= consistent(world, owner) == 4 + made - gone <= 5


@pytest.mark.parametrize(
    ("handler", "method"), [(list_handler, "GET"), (create_handler, "POST"), (revoke_handler, "DELETE")]
)
def test_a_session_is_needed(world: Any, handler: Any, method: str) -> None:
    answer = call(handler, proxy_event(method, path={"key_id": "x"}))
    assert (answer.status, answer.code) == (401, "unauthorized")


def test_one_new_key_may_revoke_all_others(world: Any, at_once: Any) -> None:
    owner, _ = with_keys(world, 5)
    answer = create(owner, {"revoke_others": True})
    assert (answer.status, answer.json["revoked"]) == (201, 5)
    (left,) = listed(owner)
    assert (left["key_id"], left["key_name"]) == (answer.json["key_id"], "Key 1")
    assert consistent(world, owner) == 1
    assert create(owner, {"revoke_others": 1}).status == 400
    answers = at_once(lambda number: create(owner, {"revoke_others": number % 2 == 0}), 6)
    assert {answer.status for answer in answers} <= {201, 409}
    assert 1 <= consistent(world, owner) <= 4


def test_keys_of_before_a_recovery_are_offered_for_a_month(world: Any) -> None:
    owner, (first, second, third) = with_keys(world, 3)
    stored = {item["sk"][:16]: item["sk"] for item in world.keys.partition(owner)}
    for key_id, days in ((second, 29), (third, 31)):
        when = {"x": iso(datetime.now(UTC) - timedelta(days=days))}
        world.keys.update((owner, stored[key_id]), "SET email_changed_at = :x", when)
    offer = ask(list_handler, owner).json["revoke_offer"]
    assert (offer["key_ids"], set(offer)) == ([second], {"key_ids", "message"})
    assert first != second
