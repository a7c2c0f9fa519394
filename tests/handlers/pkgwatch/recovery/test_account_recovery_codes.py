"""GET, POST and DELETE /account/recovery-codes and GET /auth/pending-recovery-codes"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.pkgwatch.accounts import shown_once
from handlers.pkgwatch.api.account_recovery_codes import handler
from handlers.pkgwatch.api.get_pending_recovery_codes import handler as pending_handler
from handlers.pkgwatch.recovery.recovery_codes import matches
from tests.handlers.gateway import call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import ask
from tests.handlers.pkgwatch.fixtures.recoveries import Account

NOW = datetime.now(UTC)


def waiting(account: Account, made: datetime, *codes: str) -> dict[str, Any]:
    """Codes that have not been shown yet."""
    return shown_once.item(account.owner, shown_once.RECOVERY_CODES, made, codes=list(codes))


def test_codes_are_made_shown_and_removed(world: Any) -> None:
    account = Account().store(world, codes=())
    nothing = {"has_codes": False, "codes_remaining": 0, "generated_at": None, "original_count": 0}
    assert ask(handler, account.owner).json == nothing
    made = ask(handler, account.owner, "POST")
    assert made.status == 200
    assert list(made.json) == ["message", "codes", "codes_count", "generated_at"]
    assert made.json["codes_count"] == len(set(made.json["codes"])) == 4
    assert made.headers["Cache-Control"] == "private, no-store"
    stored = world.meta(account.owner)["recovery_codes_hash"]
    assert matches(made.json["codes"][0], stored[0])
    assert ask(handler, account.owner).json == {
        "has_codes": True,
        "codes_remaining": 4,
        "generated_at": made.json["generated_at"],
        "original_count": 4,
    }
    assert list(ask(handler, account.owner, "DELETE").json) == ["message"]
    assert ask(handler, account.owner, "DELETE").status == 200
    assert ask(handler, account.owner).json == nothing


def test_new_codes_replace_the_old_ones(world: Any) -> None:
    account = Account().store(world)
    old = world.meta(account.owner)["recovery_codes_hash"]
    ask(handler, account.owner, "POST")
    new = world.meta(account.owner)["recovery_codes_hash"]
    assert (len(new), set(new) & set(old)) == (4, set())


def test_what_is_left_is_told_apart_from_what_was_made(world: Any) -> None:
    account = Account().store(world)
    shown = ask(handler, account.owner).json
    assert (shown["codes_remaining"], shown["original_count"]) == (1, 4)


def test_an_account_without_a_record_gets_a_whole_one(world: Any) -> None:
    account = Account().store(world)
    world.keys.delete((account.owner, "USER_META"))
    assert ask(handler, account.owner, "DELETE").status == 200
    assert world.meta(account.owner) == {}
    assert ask(handler, account.owner, "POST").status == 200
    user = world.meta(account.owner)
    assert (len(user["recovery_codes_hash"]), user["key_count"]) == (4, 1)


@pytest.mark.parametrize("cookie", ["", "session=a.b", "session="])
def test_without_a_session(world: Any, cookie: str) -> None:
    answer = call(handler, proxy_event("GET", headers={"Cookie": cookie}))
    assert (answer.status, answer.code) == (401, "unauthorized")


def test_first_codes_are_shown_to_one_of_many(world: Any, at_once: Any) -> None:
    account = Account().store(world, recovery_codes_shown=False)
    world.keys.put(waiting(account, datetime.now(UTC), "A", "B"))
    answers = at_once(lambda _: ask(pending_handler, account.owner), 8)
    shown = [answer for answer in answers if answer.status == 200]
    assert [answer.json["codes"] for answer in shown] == [["A", "B"]]
    assert list(shown[0].json) == ["codes", "message"]
    assert {(answer.status, answer.code) for answer in answers if answer is not shown[0]} == {(404, "no_pending_codes")}
    assert world.meta(account.owner)["recovery_codes_shown"] is True


def test_first_codes_are_shown_for_five_minutes(world: Any) -> None:
    account = Account().store(world)
    world.keys.put(waiting(account, NOW - timedelta(minutes=5), "A"))
    assert ask(pending_handler, account.owner).code == "no_pending_codes"
    assert "recovery_codes_shown" not in world.meta(account.owner)


def test_first_codes_need_a_session(world: Any) -> None:
    assert call(pending_handler, proxy_event()).code == "unauthorized"
