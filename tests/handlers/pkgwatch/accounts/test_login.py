"""POST /auth/magic-link, GET /auth/callback and POST /auth/logout"""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.users import user_id
from handlers.pkgwatch.api.auth_callback import handler as callback_handler
from handlers.pkgwatch.api.get_api_keys import handler as keys_handler
from handlers.pkgwatch.api.logout import handler as logout_handler
from handlers.pkgwatch.api.magic_link import handler
from tests.handlers.gateway import Answer, call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import refusal, started, target

NOW = datetime.now(UTC)


def ask(email: Any) -> Answer:
    return call(handler, proxy_event("POST", "/auth/magic-link", body=json.dumps({"email": email})))


def follow(token: str | None) -> Answer:
    return call(callback_handler, proxy_event(query=None if token is None else {"token": token}))


def user(world: Any, *, verified: bool | None = True, key: bool = True, **more: Any) -> str:
    """An account's address; its key is the record below `record`."""
    email = f"person-{secrets.token_hex(6)}@example.com"
    owner = user_id(email)
    world.keys.put({"pk": owner, "sk": "USER_META", "email": email})
    world.keys.put({"pk": owner, "sk": "RECOVERY_x", "email": email})
    if key:
        shown = {} if verified is None else {"email_verified": verified}
        world.keys.put({"pk": owner, "sk": f"{owner}-key", "email": email, "tier": "pro", **shown, **more})
    return email


def record(world: Any, email: str, sort_key: str | None = None) -> dict[str, Any]:
    owner = user_id(email)
    return dict(world.keys.get((owner, sort_key or f"{owner}-key"), consistent=True))


def token_of(world: Any, email: str, **more: Any) -> str:
    """A login waits in the mailbox."""
    token = secrets.token_urlsafe(32)
    values = {"token": token, "expires": iso(datetime.now(UTC) + timedelta(minutes=15)), **more}
    key = (user_id(email), f"{user_id(email)}-key")
    world.keys.update(key, "SET magic_token = :token, magic_expires = :expires", values)
    return token


@pytest.mark.parametrize("verified", [True, None])
def test_logging_in_by_mail(world: Any, verified: bool | None) -> None:
    email = user(world, verified=verified)
    assert ask(f" {email.upper()} ").status == 200
    kept = record(world, email)
    assert datetime.fromisoformat(kept["magic_expires"]) - datetime.fromisoformat(
        kept["magic_link_sent_at"]
    ) == timedelta(minutes=15)
    (mail,) = world.mails(email)
    assert f"https://api.pkgwatch.dev/auth/callback?token={kept['magic_token']}\n" in mail["BodyText"]
    answer = follow(kept["magic_token"])
    assert target(answer) == ("/dashboard", {})
    (listed,) = call(keys_handler, proxy_event(headers=started(answer))).json["api_keys"]
    assert listed["tier"] == "pro"
    after = record(world, email)
    assert "magic_token" not in after
    assert "magic_expires" not in after
    assert abs(datetime.fromisoformat(after["last_login"]).timestamp() - time.time()) < 60


def test_an_account_without_a_key_that_serves_uses_its_own_record(world: Any) -> None:
    for email in (user(world, verified=False), user(world, key=False)):
        ask(email)
        token = record(world, email, "USER_META")["magic_token"]
        assert target(follow(token)) == ("/dashboard", {})


def test_the_answer_says_nothing_of_an_address(world: Any) -> None:
    known, unknown = user(world), f"nobody-{secrets.token_hex(6)}@example.com"
    world.keys.put({"pk": user_id(unknown), "sk": "PENDING", "email": unknown})
    assert ask(known).text == ask(unknown).text == ask(known).text
    assert (len(world.mails(known)), len(world.mails(unknown))) == (1, 0)


@pytest.mark.parametrize(("ago", "mails"), [(59, 0), (61, 1)])
def test_a_minute_lies_between_two_mails(world: Any, ago: int, mails: int) -> None:
    email = user(world, magic_link_sent_at=iso(datetime.now(UTC) - timedelta(seconds=ago)))
    ask(email)
    assert len(world.mails(email)) == mails


def test_many_requests_at_once_send_one_mail(world: Any, at_once: Any) -> None:
    email = user(world)
    assert {answer.status for answer in at_once(lambda _: ask(email), 8)} == {200}
    (mail,) = world.mails(email)
    assert record(world, email)["magic_token"] in mail["BodyText"]


@pytest.mark.parametrize(
    ("body", "code"), [("{", "invalid_json"), ('"x"', "invalid_json"), ("{}", "invalid_email"), (None, "invalid_email")]
)
def test_what_is_refused(world: Any, body: str | None, code: str) -> None:
    answer = call(handler, proxy_event("POST", "/auth/magic-link", body=body))
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize(
    ("token", "code"),
    [(None, "missing_token"), ("", "missing_token"), ("made-up", "invalid_token"), ("x" * 4000, "invalid_token")],
)
def test_links_nobody_sent(world: Any, token: str | None, code: str) -> None:
    assert refusal(follow(token)) == code


def test_of_many_who_follow_a_link_one_gets_in(world: Any, at_once: Any) -> None:
    email = user(world)
    token = token_of(world, email)
    answers = at_once(lambda _: follow(token), 8)
    entered = [answer for answer in answers if "Set-Cookie" in answer.headers]
    assert len(entered) == 1
    refused = {refusal(answer) for answer in answers if answer not in entered}
    assert refused <= {"token_already_used", "invalid_token"}
    assert refusal(follow(token)) == "invalid_token"


def test_an_expired_link_is_removed(world: Any) -> None:
    email = user(world)
    token = token_of(world, email, expires=iso(datetime.now(UTC)))
    assert refusal(follow(token)) == "token_expired"
    assert "magic_token" not in record(world, email)
    assert refusal(follow(token)) == "invalid_token"


def test_without_the_sessions_secret_no_token_is_lost(world: Any, patched: pytest.MonkeyPatch) -> None:
    email = user(world)
    token = token_of(world, email)
    patched.setenv("SESSION_SECRET_ARN", "")
    assert refusal(follow(token)) == "internal_error"
    assert record(world, email)["magic_token"] == token


def test_a_table_that_fails(world: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("API_KEYS_TABLE", "there-is-no-such-table")
    assert refusal(follow("token")) == "internal_error"
    assert (ask("a@example.com").status, ask("a@example.com").code) == (500, "internal_error")


def test_the_answer_takes_its_time(world: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("RESPONSE_FLOOR_SECONDS", "0.3")
    began = time.perf_counter()
    ask("nobody@example.com")
    assert time.perf_counter() - began >= 0.3


def test_logging_out(world: Any) -> None:
    answer = call(logout_handler, proxy_event("POST", "/auth/logout", headers={"Origin": "https://pkgwatch.dev"}))
    assert (answer.status, list(answer.json)) == (200, ["message"])
    assert answer.headers["Set-Cookie"] == "session=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://pkgwatch.dev"
