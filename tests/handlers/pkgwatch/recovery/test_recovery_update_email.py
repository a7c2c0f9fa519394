"""POST /recovery/update-email and GET /recovery/confirm-email"""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.common.web.request import Request
from handlers.common.web.serve import Call
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.api_keys import key_hash
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.api.create_api_key import handler as create_handler
from handlers.pkgwatch.api.recovery_confirm_email import confirm as change
from handlers.pkgwatch.api.recovery_confirm_email import handler as confirm_handler
from handlers.pkgwatch.api.recovery_update_email import handler
from handlers.pkgwatch.recovery import recovery_sessions
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Answer, call, proxy_event
from tests.handlers.pkgwatch.fixtures.login import ask, started, target
from tests.handlers.pkgwatch.fixtures.recoveries import Account, post

LINK = re.compile(r"https://api\.pkgwatch\.dev/recovery/confirm-email\?token=([\w-]{43})\s")


def proved(world: Any, account: Account, **other: Any) -> str:
    """A recovery whose code was right; its token."""
    session, token = (
        recovery_sessions.begin(world.keys, account.owner, account.email, datetime.now(UTC)),
        secrets.token_urlsafe(32),
    )
    values = {"recovery_token": token, "verified": True, "recovery_method": "recovery_code", **other}
    change = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    world.keys.update((account.owner, f"RECOVERY_{session}"), change, values)
    return token


def update(token: str, email: str) -> Answer:
    return post(handler, {"recovery_token": token, "new_email": email})


def link_for(world: Any, account: Account, email: str) -> str:
    """The token in the mail to the new address."""
    assert update(proved(world, account), email).status == 200
    found = LINK.search(world.mails(email)[-1]["BodyText"])
    assert found
    return found.group(1)


def confirm(token: str | None) -> Answer:
    return call(confirm_handler, proxy_event("GET", query={"token": token} if token else None))


def test_both_addresses_get_a_mail(world: Any) -> None:
    account, new = Account().store(world), Account().email
    answer = update(proved(world, account), f" {new.upper()}")
    assert (answer.status, list(answer.json)) == (200, ["message", "masked_new_email"])
    assert answer.json["masked_new_email"] == "o***@example.com"
    (link,), (notice,) = world.mails(new), world.mails(account.email)
    assert "24 hours" in link["BodyText"]
    for mail, hidden in ((link, account.email), (notice, new)):
        assert mail["Source"] == "noreply@pkgwatch.dev"
        assert "o***@example.com" in mail["BodyText"]
        assert hidden not in mail["BodyText"] + mail["BodyHtml"]
    assert "Warning" in notice["BodyText"]
    (change,) = [item for item in world.keys.partition(account.owner) if item["sk"].startswith("EMAIL_CHANGE_")]
    assert (change["old_email"], change["new_email"]) == (account.email, new)
    assert abs(change["ttl"] - time.time() - 24 * 3600) < 60
    assert world.meta(account.owner)["email"] == account.email


def test_a_recovery_changes_the_address_once(world: Any, at_once: Any) -> None:
    account = Account().store(world)
    token, addresses = proved(world, account), [Account().email for _ in range(6)]
    answers = at_once(lambda number: update(token, addresses[number]), 6)
    seen = Counter(answer.status if answer.status == 200 else answer.code for answer in answers)
    assert seen == {200: 1, "change_already_initiated": 5}
    assert sum(len(world.mails(address)) for address in addresses) == 1


def test_what_a_token_needs(world: Any) -> None:
    account, new = Account().store(world), Account().email
    assert update("x" * 43, new).code == "invalid_token"
    assert update("x" * 3000, new).code == "invalid_token"
    assert update(proved(world, account, ttl=1), new).code == "session_expired"
    assert update(proved(world, account, verified=False), new).code == "session_not_verified"
    assert update(proved(world, account, recovery_method="api_key"), new).code == "session_not_verified"
    assert world.mails(new) == []


def test_an_address_of_another_account_is_refused(world: Any) -> None:
    account, other = Account().store(world), Account().store(world)
    token = proved(world, account)
    assert update(token, other.email).code == "email_in_use"
    waiting = Account()
    world.keys.put({"pk": waiting.owner, "sk": "PENDING", "email": waiting.email})
    assert update(token, waiting.email).status == 200


def test_a_link_that_cannot_be_sent_may_be_asked_for_again(world: Any, environment: pytest.MonkeyPatch) -> None:
    account, new = Account().store(world), Account().email
    token = proved(world, account)
    with environment.context() as patch:
        patch.setenv("VERIFICATION_EMAIL_SENDER", "noreply@not-ours.example")
        settings.cache_clear()
        assert update(token, new).code == "internal_error"
    settings.cache_clear()
    assert not [item for item in world.keys.partition(account.owner) if item["sk"].startswith("EMAIL_CHANGE_")]
    assert update(token, new).status == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("nothing", "invalid_json"),
        ({"new_email": "a@example.com"}, "missing_token"),
        ({"recovery_token": "x"}, "missing_email"),
        ({"recovery_token": "x", "new_email": "a@example"}, "invalid_email"),
    ],
)
def test_what_is_no_request_is_refused(world: Any, body: Any, code: str) -> None:
    answer = post(handler, body)
    assert (answer.status, answer.code) == (400, code)


def test_following_the_link_changes_every_record(world: Any) -> None:
    account, new = Account().store(world, tier="pro", magic_token="m" * 43), Account().email
    second = {"pk": account.owner, "sk": "f" * 64, "email": account.email, "magic_token": "n" * 43}
    world.keys.put({**second, "magic_expires": iso(datetime.now(UTC))})
    answer = confirm(link_for(world, account, new))
    assert target(answer) == ("/dashboard", {"email_changed": "true"})
    for sort_key in (key_hash(account.clear), second["sk"]):
        key = world.keys.get((account.owner, sort_key))
        assert (key["email"], key["previous_email"]) == (new, account.email)
        assert key["email_changed_at"]
        assert "magic_token" not in key
    user = world.meta(account.owner)
    assert user["email"] == new
    assert "magic_token" not in user
    assert {item["sk"][:8] for item in world.keys.partition(account.owner)} == {
        "USER_MET",
        "SESSIONS",
        "ffffffff",
        key_hash(account.clear)[:8],
    }
    last = world.mails(account.email)[-1]
    assert "o***@example.com" in last["BodyText"]
    assert new not in last["BodyText"]
    session = sessions.read(Request(proxy_event("GET", headers=started(answer))), datetime.now(UTC))
    assert (session.user_id, session.email, session.tier) == (account.owner, new, "pro")


def test_a_link_works_once(world: Any, at_once: Any) -> None:
    account, new = Account().store(world), Account().email
    token = link_for(world, account, new)
    answers = at_once(lambda _: target(confirm(token)), 6)
    done = [query for path, query in answers if path == "/dashboard"]
    assert done == [{"email_changed": "true"}]
    assert {(path, query["error"]) for path, query in answers if path != "/dashboard"} == {
        ("/recover", "invalid_token")
    }
    assert len(world.mails(account.email)) == 2  # announced, done


def test_keys_made_meanwhile_do_not_keep_the_old_address(world: Any, at_once: Any) -> None:
    account, new = Account().store(world), Account().email
    token = link_for(world, account, new)
    answers = at_once(lambda number: ask(create_handler, account.owner, "POST") if number else confirm(token), 5)
    assert target(answers[0])[0] == "/dashboard"
    made = [answer for answer in answers[1:] if answer.status == 201]
    records = key_records(world.keys.partition(account.owner))
    assert {record["email"] for record in records} == {new}
    assert len(records) == world.meta(account.owner)["key_count"] == 1 + len(made)


class Overtaken(Table):
    """A table in which a key is made right after the account was read for the first time."""

    def partition(self, pk: str, attributes: Sequence[str] = (), consistent: bool = False) -> list[dict[str, Any]]:
        found = Table.partition(self, pk, attributes, consistent)
        if len(key_records(found)) == 1:
            user = next(item for item in found if item["sk"] == "USER_META")
            self.put({"pk": pk, "sk": "e" * 64, "email": user["email"]})
            self.update((pk, "USER_META"), "ADD key_count :one", {"one": 1})
        return found


def test_what_changes_while_it_is_read_is_read_again(world: Any) -> None:
    account, new = Account().store(world), Account().email
    token = link_for(world, account, new)
    table = Overtaken(world.keys.client, world.keys.name)
    answer = change(Call(Request(proxy_event("GET", query={"token": token})), datetime.now(UTC)), table)
    assert answer.headers["Location"] == "https://pkgwatch.dev/dashboard?email_changed=true"
    records = key_records(world.keys.partition(account.owner))
    assert [record["email"] for record in records] == [new, new]


@pytest.mark.parametrize(
    ("token", "code"), [(None, "missing_token"), ("x" * 43, "invalid_token"), ("x" * 3000, "invalid_token")]
)
def test_links_that_lead_nowhere(world: Any, token: str | None, code: str) -> None:
    path, query = target(confirm(token))
    assert (path, query) == ("/recover", {"error": code})


def test_a_link_ends_after_a_day(world: Any) -> None:
    account, new = Account().store(world), Account().email
    token = link_for(world, account, new)
    world.keys.update((account.owner, f"EMAIL_CHANGE_{token}"), "SET #ttl = :past", {"past": 1})
    assert target(confirm(token))[1]["error"] == "token_expired"
    assert target(confirm(token))[1]["error"] == "invalid_token"
    assert world.meta(account.owner)["email"] == account.email


def test_an_address_somebody_took_meanwhile_stays_theirs(world: Any) -> None:
    account, other = Account().store(world), Account()
    token = link_for(world, account, other.email)
    other.store(world)
    assert target(confirm(token))[1]["error"] == "email_in_use"
    assert world.meta(account.owner)["email"] == account.email


def test_a_link_is_not_used_up_where_no_session_can_start(world: Any, environment: pytest.MonkeyPatch) -> None:
    account, new = Account().store(world), Account().email
    token = link_for(world, account, new)
    with environment.context() as patch:
        patch.setenv("SESSION_SECRET_ARN", "")
        patch.setenv("RESPONSE_FLOOR_SECONDS", "0.3")
        settings.cache_clear()
        begun = time.monotonic()
        assert target(confirm(token))[1]["error"] == "internal_error"
        assert time.monotonic() - begun >= 0.3
    settings.cache_clear()
    assert target(confirm(token))[0] == "/dashboard"
