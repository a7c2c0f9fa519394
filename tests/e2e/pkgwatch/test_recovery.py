"""Can somebody who has lost the mailbox, or the key, get back into the account, and nobody else?"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.conftest import Deployed
from tests.e2e.pkgwatch.person import Person, member, someone

pytestmark = pytest.mark.e2e

RECOVER = "https://pkgwatch.dev/recover"
DASHBOARD = "https://pkgwatch.dev/dashboard"
CODE = re.compile(r"([0-9A-F]{4}-){3}[0-9A-F]{4}")


def codes_of(person: Person) -> list[str]:
    """The four that are shown once after signing up."""
    answer = person.asks("GET", "/auth/pending-recovery-codes")
    assert answer.status == 200, answer.body
    return list(answer.json()["codes"])


def session(person: Person) -> str:
    """A recovery session for the person's address."""
    answer = person.pkgwatch.request("POST", "/recovery/initiate", {"email": person.email})
    assert answer.status == 200, answer.body
    return str(answer.json()["recovery_session_id"])


def try_code(person: Person, code: str, session_id: str = ""):
    body = {"recovery_session_id": session_id or session(person), "recovery_code": code}
    return person.pkgwatch.request("POST", "/recovery/verify-code", body)


def test_codes_are_shown_once_and_made_anew(pkgwatch: Deployed):
    person = member(pkgwatch)
    codes = codes_of(person)
    assert len(set(codes)) == 4
    assert all(CODE.fullmatch(code) for code in codes)
    assert person.asks("GET", "/auth/pending-recovery-codes").outcome == (404, "no_pending_codes")
    status = person.asks("GET", "/account/recovery-codes").json()
    assert (status["has_codes"], status["codes_remaining"]) == (True, 4)
    made = person.asks("POST", "/account/recovery-codes").json()
    assert made["codes_count"] == len(set(made["codes"]) - set(codes)) == 4
    assert try_code(person, codes[0]).outcome == (400, "invalid_code")
    assert person.asks("DELETE", "/account/recovery-codes").status == 200
    assert person.asks("GET", "/account/recovery-codes").json()["has_codes"] is False
    assert try_code(person, made["codes"][0]).outcome == (400, "invalid_code")


def test_with_the_key_a_login_goes_to_the_known_address(pkgwatch: Deployed):
    person = member(pkgwatch)
    started = pkgwatch.request("POST", "/recovery/initiate", {"email": person.email}).json()
    assert started["masked_email"] == "m***@example.net"
    session_id = started["recovery_session_id"]
    wrong = {"recovery_session_id": session_id, "api_key": pkgwatch.keys["pro"]}
    assert pkgwatch.request("POST", "/recovery/verify-api-key", wrong).outcome == (400, "invalid_credentials")
    right = pkgwatch.request("POST", "/recovery/verify-api-key", {**wrong, "api_key": person.key})
    assert (right.status, right.json()["method"]) == (200, "api_key")
    person.cookie = ""
    assert person.asks("GET", person.link()).location == (DASHBOARD, {})
    assert person.me()["email"] == person.email


def test_with_a_code_the_account_moves_to_a_new_address(pkgwatch: Deployed):
    person, moved = member(pkgwatch), someone(pkgwatch, "moved")
    code = codes_of(person)[0]
    checked = try_code(person, code.replace("-", "").lower())
    assert (checked.status, checked.json()["codes_remaining"]) == (200, 3)
    body = {"recovery_token": checked.json()["recovery_token"], "new_email": moved.email}
    changed = pkgwatch.request("POST", "/recovery/update-email", body)
    assert (changed.status, changed.json()["masked_new_email"][-12:]) == (200, "@example.net")
    again = pkgwatch.request("POST", "/recovery/update-email", body)
    assert again.outcome == (400, "change_already_initiated")
    link = moved.link()
    assert link.startswith(f"{pkgwatch.url}/recovery/confirm-email?token=")
    _confirmed_once(pkgwatch, link)
    warned = [mail for mail in person.mails() if moved.email not in mail["text"]]
    assert len(warned) >= 3  # the verification, the notice that it will change, that it has changed
    assert moved.email not in "".join(mail["text"] + mail["html"] for mail in person.mails())
    _logs_in_at(pkgwatch, moved)
    assert person.asks("GET", "/auth/me").outcome == (401, "session_expired")
    _revokes_what_was_offered(moved, person.key)
    assert try_code(moved, code).outcome == (400, "invalid_code")


def _confirmed_once(pkgwatch: Deployed, link: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: pkgwatch.request("GET", link), range(4)))
    done = [answer for answer in answers if answer.location[0] == DASHBOARD]
    assert [answer.location[1] for answer in done] == [{"email_changed": "true"}]
    assert "session=" in done[0].headers["set-cookie"]
    assert {a.location[1]["error"] for a in answers if a.location[0] == RECOVER} == {"invalid_token"}


def _revokes_what_was_offered(owner: Person, old: str) -> None:
    """The keys of before go on working until their owner decides."""
    assert owner.pkgwatch.request("GET", "/usage", key=old).status == 200
    listed = owner.asks("GET", "/api-keys").json()
    assert listed["revoke_offer"]["key_ids"] == [key["key_id"] for key in listed["api_keys"]]
    made = owner.asks("POST", "/api-keys", {"revoke_others": True}).json()
    assert made["revoked"] == len(listed["api_keys"]) == 1
    assert owner.pkgwatch.request("GET", "/usage", key=old).outcome == (401, "invalid_api_key")
    assert owner.pkgwatch.request("GET", "/usage", key=made["api_key"]).status == 200
    now = owner.asks("GET", "/api-keys").json()
    assert [key["key_id"] for key in now["api_keys"]] == [made["key_id"]]
    assert "revoke_offer" not in now


def _logs_in_at(pkgwatch: Deployed, person: Person) -> None:
    assert pkgwatch.request("POST", "/auth/magic-link", {"email": person.email}).status == 200
    assert person.asks("GET", person.link()).location == (DASHBOARD, {})
    assert person.me()["email"] == person.email


def test_a_code_opens_the_account_once_however_many_try(pkgwatch: Deployed):
    person = member(pkgwatch)
    code = codes_of(person)[0]
    sessions = [session(person) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: try_code(person, code, one), sessions))
    outcomes = sorted(answer.outcome for answer in answers)
    assert outcomes[0] == (200, "")
    assert set(outcomes[1:]) <= {(400, "invalid_code"), (409, "concurrent_modification")}
    assert person.asks("GET", "/account/recovery-codes").json()["codes_remaining"] == 3


def test_guessing_ends_after_five_and_asking_after_ten_a_day(pkgwatch: Deployed):
    person = member(pkgwatch)
    session_id = session(person)
    guesses = [try_code(person, f"0000-0000-0000-000{number}", session_id).outcome for number in range(6)]
    assert guesses == [(400, "invalid_code")] * 5 + [(429, "too_many_attempts")]
    assert try_code(person, codes_of(person)[0], session_id).outcome == (429, "too_many_attempts")
    for _ in range(9):
        session(person)
    answer = pkgwatch.request("POST", "/recovery/initiate", {"email": person.email})
    assert (answer.outcome, answer.headers["retry-after"]) == ((429, "rate_limited"), "3600")


def test_a_session_of_nobody_leads_nowhere(pkgwatch: Deployed):
    nobody = someone(pkgwatch)
    started = pkgwatch.request("POST", "/recovery/initiate", {"email": nobody.email}).json()
    assert started["has_recovery_codes"] is True
    assert try_code(nobody, "0000-0000-0000-0000", started["recovery_session_id"]).outcome == (400, "invalid_code")
    assert try_code(nobody, "0000-0000-0000-0000", "made-up").outcome == (400, "invalid_session")
    taken = {"recovery_token": "made-up", "new_email": nobody.email}
    assert pkgwatch.request("POST", "/recovery/update-email", taken).outcome == (400, "invalid_token")


@pytest.mark.parametrize(("query", "code"), [("", "missing_token"), ("?token=made-up", "invalid_token")])
def test_a_confirmation_nobody_sent(pkgwatch: Deployed, query: str, code: str):
    url, said = pkgwatch.request("GET", f"/recovery/confirm-email{query}").location
    assert (url, said["error"]) == (RECOVER, code)
