"""The monthly reset of usage, and the daily one of periods that Stripe sent no event about"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Table
from handlers.pkgwatch.api.backup_reset_usage import handler as backup_handler
from handlers.pkgwatch.api.reset_usage import STATE, Run, reset
from handlers.pkgwatch.api.reset_usage import handler as reset_handler
from handlers.pkgwatch.billing import periods
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context

NOW = datetime.now(UTC)
EPOCH = int(time.time())
PERIOD = 30 * 86400


class Hurried(Context):
    """A function whose time is nearly over."""

    def get_remaining_time_in_millis(self) -> int:
        return 59_999


class Calm(Context):
    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@pytest.fixture
def keys(world: Any) -> Iterator[Table]:
    """A table of its own, because these functions go through all of it."""
    name = f"keys-{secrets.token_hex(4)}"
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    kinds = [{"AttributeName": part["AttributeName"], "AttributeType": "S"} for part in schema]
    client = world.keys.client
    client.create_table(TableName=name, KeySchema=schema, AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST")
    yield Table(client, name)
    client.delete_table(TableName=name)


def put(keys: Table, pk: str, sk: str, **more: Any) -> tuple[str, str]:
    keys.put({"pk": pk, "sk": sk, "requests_this_month": 5, "payment_failures": 1, **more})
    return pk, sk


def used(keys: Table, key: tuple[str, str]) -> Any:
    return (keys.get(key) or {}).get("requests_this_month")


def run(more: bool = True, by_cycle: bool = True) -> tuple[Run, list[dict[str, str]]]:
    handed_on: list[dict[str, str]] = []
    return Run(Deadline(lambda: 1 if more else 0), handed_on.append, by_cycle), handed_on


def test_everybody_starts_at_zero_but_subscribers_and_what_is_no_user(keys: Table) -> None:
    due = [
        put(keys, "user_1", "USER_META", tier="free"),
        put(keys, "user_1", "a" * 64, tier="free"),
        put(keys, "user_2", "b" * 64),
        put(keys, "user_3", "USER_META", tier="pro"),
    ]
    left = [
        put(keys, "user_4", "USER_META", tier="pro", current_period_end=EPOCH),
        put(keys, "user_1", "PENDING"),
        put(keys, "user_1", "PENDING_DISPLAY"),
        put(keys, "user_1", "PENDING_RECOVERY_CODES"),
        put(keys, "user_1", "RECOVERY_1"),
        put(keys, "user_1", "EMAIL_CHANGE_1"),
        put(keys, "demo#198.51.100.1", "hour#2026-01-01-00"),
        put(keys, "circuit#npm", "STATE"),
        put(keys, "npm_rate_limit#3", "2026-01-01-00"),
        put(keys, "SYSTEM#OTHER", "x"),
    ]
    result = reset(keys, None, run()[0], NOW)
    assert [used(keys, key) for key in due] == [0] * 4
    assert [used(keys, key) for key in left] == [5] * 10
    item = keys.get(due[0]) or {}
    assert (item["payment_failures"], item["last_reset"]) == (0, NOW.isoformat(timespec="microseconds"))
    assert result == {
        "statusCode": 200,
        "items_processed": 4,
        "items_skipped": 1,
        "pages_processed": 1,
        "reset_time": NOW.isoformat(timespec="microseconds"),
        "reset_month": f"{NOW:%Y-%m}",
        "billing_cycle_enabled": True,
        "completed": True,
    }
    assert keys.get(STATE) is None


def test_subscribers_too_where_periods_do_not_count(keys: Table) -> None:
    key = put(keys, "user_4", "USER_META", tier="pro", current_period_end=EPOCH)
    assert reset(keys, None, run(by_cycle=False)[0], NOW)["items_processed"] == 1
    assert used(keys, key) == 0


def fill(keys: Table, users: int) -> list[tuple[str, str]]:
    """More than a page of users: a page is a megabyte."""
    return [put(keys, f"user_{n}", "USER_META", filler="x" * 300_000) for n in range(users)]


def test_time_that_runs_out_is_handed_on(keys: Table) -> None:
    all_of, processed, resume = fill(keys, 9), 0, None
    for _ in range(9):
        hurried, handed_on = run(more=False)
        result = reset(keys, resume, hurried, NOW)
        assert result["pages_processed"] == 1
        processed = result["items_processed"]
        if result["completed"]:
            break
        assert handed_on == [(keys.get(STATE) or {})["last_key"]]
        assert (keys.get(STATE) or {})["items_processed"] == processed < 9
        resume = handed_on[0]
    assert processed == 9
    assert [used(keys, key) for key in all_of] == [0] * 9
    assert keys.get(STATE) is None


def test_a_run_that_was_cut_off_goes_on_this_month_only(keys: Table) -> None:
    fill(keys, 7)
    assert not reset(keys, None, run(more=False)[0], NOW)["completed"]
    done = (keys.get(STATE) or {})["items_processed"]
    for number in range(7):
        put(keys, f"user_{number}", "USER_META", filler="x" * 300_000)
    assert reset(keys, None, run()[0], NOW)["items_processed"] == 7
    assert sum(used(keys, (f"user_{number}", "USER_META")) == 5 for number in range(7)) == done

    state = {"reset_month": "2020-01", "last_key": {"pk": "user_6", "sk": "USER_META"}, "items_processed": 99}
    keys.put({"pk": STATE[0], "sk": STATE[1], **state})
    assert reset(keys, None, run()[0], NOW)["items_processed"] == 7
    assert {used(keys, (f"user_{number}", "USER_META")) for number in range(7)} == {0}


@pytest.mark.parametrize("key", ["user_1", {"pk": "user_1"}, {"pk": 1, "sk": 2}])
def test_a_resume_key_that_is_none(keys: Table, key: Any) -> None:
    with pytest.raises(ValueError, match="resume_key"):
        reset(keys, key, run()[0], NOW)


def test_users_that_leave_meanwhile_do_not_come_back(keys: Table, at_once: Any) -> None:
    all_of = [put(keys, f"user_{number}", "USER_META") for number in range(40)]

    def both(number: int) -> None:
        if number:
            for key in all_of[number::2]:
                keys.delete(key)
        else:
            reset(keys, None, run()[0], NOW)

    at_once(both, 2)
    assert [keys.get(key) for key in all_of[1::2]] == [None] * 20
    assert {used(keys, key) for key in all_of[::2]} == {0}


def test_a_failure_to_hand_on_is_a_failure(patched: pytest.MonkeyPatch, keys: Table) -> None:
    """There is no such function: the run fails, and its state is what the next one begins with."""
    fill(keys, 5)
    patched.setenv("API_KEYS_TABLE", keys.name)
    settings.cache_clear()
    with pytest.raises(aws.ServiceError):
        reset_handler({}, Hurried(function_name="there-is-no-such-function"))
    assert keys.get(STATE)
    result = reset_handler({}, Calm())
    assert (result["completed"], result["items_processed"], result["billing_cycle_enabled"]) == (True, 5, False)


def test_the_function_calls_itself(patched: pytest.MonkeyPatch, keys: Table, recorder: Any) -> None:
    fill(keys, 5)
    patched.setenv("API_KEYS_TABLE", keys.name)
    patched.setenv("BILLING_CYCLE_RESET_ENABLED", "true")
    settings.cache_clear()
    assert reset_handler({}, Hurried(function_name=recorder.name))["completed"] is False
    assert recorder.called_with() == {"resume_key": (keys.get(STATE) or {})["last_key"]}


def ended(keys: Table, owner: str, sk: str, **more: Any) -> tuple[str, str]:
    """A record whose period ended two hours ago."""
    end = EPOCH - 7200
    period = {"current_period_start": end - PERIOD, "current_period_end": end}
    return put(keys, owner, sk, **{"tier": "pro", **period, **more})


def test_a_period_nobody_heard_of_begins(patched: pytest.MonkeyPatch, keys: Table) -> None:
    """Above all user_3's: everything was heard of but the invoice of the period that begins."""
    late = [
        ended(keys, "user_1", "a" * 64),
        put(keys, "user_1", "USER_META", tier="pro"),
        ended(keys, "user_2", "USER_META", last_reset_period_start=EPOCH - 7200 - 3 * PERIOD),
        ended(keys, "user_3", "c" * 64, last_reset_period_start=EPOCH - 7200 - PERIOD),
    ]
    left = [
        ended(keys, "user_4", "d" * 64, tier="free"),
        ended(keys, "user_5", "e" * 64, current_period_end=EPOCH - 60),
        ended(keys, "user_6", "RECOVERY_1"),
        ended(keys, "circuit#npm", "STATE"),
        ended(keys, "user_7", "f" * 64, last_reset_period_start=EPOCH - 7200),
        ended(keys, "user_8", "a" * 64, first_payment_failure_at="2026-01-01T00:00:00+00:00"),
        ended(keys, "user_9", "b" * 64, cancellation_pending=True),
    ]
    patched.setenv("API_KEYS_TABLE", keys.name)
    settings.cache_clear()
    assert backup_handler({}, Calm()) == {"reset": 3, "already_reset": 1, "left": 2, "failed": 0}
    for key in late:
        item = keys.get(key) or {}
        assert (item["requests_this_month"], item["last_reset_period_start"]) == (0, EPOCH - 7200)
        assert (item["current_period_start"], item["current_period_end"]) == (EPOCH - 7200, EPOCH - 7200 + PERIOD)
    assert [used(keys, key) for key in left] == [5] * 7
    assert backup_handler({}, Calm()) == {"reset": 0, "already_reset": 1, "left": 2, "failed": 0}
    assert json.dumps(backup_handler(None, Calm()))


def test_of_several_periods_nobody_heard_of_the_last_begins(patched: pytest.MonkeyPatch, keys: Table) -> None:
    end = EPOCH - 2 * PERIOD - 7200
    key = ended(keys, "user_1", "USER_META", current_period_end=end, last_reset_period_start=end - PERIOD)
    patched.setenv("API_KEYS_TABLE", keys.name)
    settings.cache_clear()
    assert backup_handler({}, Calm())["reset"] == 1
    item = keys.get(key) or {}
    assert (item["current_period_start"], item["current_period_end"]) == (EPOCH - 7200, EPOCH - 7200 + PERIOD)


def test_an_invoice_that_comes_after_all_resets_nothing_twice(keys: Table, patched: pytest.MonkeyPatch) -> None:
    key = ended(keys, "user_1", "USER_META")
    patched.setenv("API_KEYS_TABLE", keys.name)
    settings.cache_clear()
    backup_handler({}, Calm())
    keys.update(key, "SET requests_this_month = :n", {"n": 40})
    periods.begin(keys, "user_1", periods.Period(EPOCH - 7200, EPOCH - 7200 + PERIOD, EPOCH), NOW)
    assert used(keys, key) == 40
