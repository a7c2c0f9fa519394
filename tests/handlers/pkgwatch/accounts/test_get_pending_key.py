"""GET /auth/pending-key"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.pkgwatch.accounts import shown_once
from handlers.pkgwatch.api.get_pending_key import handler
from tests.handlers.gateway import call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import ask


def waiting(world: Any) -> str:
    """A user whose key has not been shown yet."""
    _, owner = world.user(email="a@example.com")
    world.keys.put(shown_once.item(owner, shown_once.API_KEY, datetime.now(UTC), api_key="pw_shown-once"))
    return str(owner)


def test_of_all_who_ask_one_sees_the_key(world: Any, at_once: Any) -> None:
    owner = waiting(world)
    answers = at_once(lambda _: ask(handler, owner), 10)
    assert sorted(answer.status for answer in answers) == [200] + [404] * 9
    (shown,) = (answer for answer in answers if answer.status == 200)
    assert shown.json["api_key"] == "pw_shown-once"
    assert set(shown.json) == {"api_key", "message"}
    assert "no-store" in shown.headers["Cache-Control"]
    assert {answer.code for answer in answers if answer.status == 404} == {"no_pending_key"}
    assert world.keys.get((owner, "PENDING_DISPLAY")) is None


@pytest.mark.parametrize("ttl", [-1, 0])
def test_after_five_minutes_it_is_not_shown(world: Any, ttl: int) -> None:
    owner = waiting(world)
    world.keys.update((owner, "PENDING_DISPLAY"), "SET #ttl = :ttl", {"ttl": int(time.time()) + ttl})
    assert ask(handler, owner).code == "no_pending_key"
    assert world.keys.get((owner, "PENDING_DISPLAY")) is None


def test_another_users_key_is_not_shown(world: Any) -> None:
    owner = waiting(world)
    assert ask(handler, "user_somebody_else").code == "no_pending_key"
    assert ask(handler, owner).status == 200


def test_without_a_session(world: Any) -> None:
    answer = call(handler, proxy_event())
    assert (answer.status, answer.code) == (401, "unauthorized")


def test_a_table_that_fails(world: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("API_KEYS_TABLE", "there-is-no-such-table")
    answer = ask(handler, "user_1")
    assert (answer.status, answer.code) == (500, "internal_error")
