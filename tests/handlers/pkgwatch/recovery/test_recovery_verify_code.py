"""POST /recovery/verify-code"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common.web.errors import ApiError
from handlers.pkgwatch.api.recovery_verify_code import handler, use_up_code
from handlers.pkgwatch.recovery import recovery_sessions
from tests.handlers.gateway import Answer
from tests.handlers.pkgwatch.fixtures.recoveries import CODE, OTHER_CODE, Account, kept, post

WRONG = "0000-0000-0000-0000"


def begin(world: Any, account: Account) -> str:
    return recovery_sessions.begin(world.keys, account.owner, account.email, datetime.now(UTC))


def verify(session: str, code: str = CODE) -> Answer:
    return post(handler, {"recovery_session_id": session, "recovery_code": code})


def left(world: Any, account: Account) -> list[str]:
    return list(world.keys.get((account.owner, "USER_META"), consistent=True)["recovery_codes_hash"])


def test_a_code_is_used_up_for_a_token(world: Any) -> None:
    account = Account().store(world, (OTHER_CODE, CODE))
    session = begin(world, account)
    answer = verify(session, CODE.replace("-", "").lower())
    assert answer.status == 200
    assert list(answer.json) == ["recovery_token", "codes_remaining", "message"]
    assert (len(answer.json["recovery_token"]), answer.json["codes_remaining"]) == (43, 1)
    assert left(world, account) == [kept(OTHER_CODE)]
    item = account.recovery(world)
    assert (item["verified"], item["recovery_method"], item["verify_attempts"]) == (True, "recovery_code", 0)
    assert item["recovery_token"] == answer.json["recovery_token"]
    assert verify(session).code == "invalid_code"


def test_a_code_opens_one_recovery_however_many_try(world: Any, at_once: Any) -> None:
    account = Account().store(world)
    sessions = [begin(world, account) for _ in range(6)]
    answers = at_once(lambda number: verify(sessions[number]), 6)
    seen = Counter(answer.status if answer.status == 200 else answer.code for answer in answers)
    assert seen[200] == 1
    assert set(seen) <= {200, "concurrent_modification", "invalid_code"}
    assert left(world, account) == []
    recoveries = [world.keys.get((account.owner, f"RECOVERY_{one}"), consistent=True) for one in sessions]
    assert sum("recovery_token" in item for item in recoveries) == 1
    assert {item["verify_attempts"] for item in recoveries} == {0}
    assert verify(sessions[0]).code == "invalid_code"


def test_codes_that_are_replaced_meanwhile_open_nothing(world: Any) -> None:
    """As many codes as before, but others: the place of the old one does not do."""
    account = Account().store(world)
    begin(world, account)
    recovery = account.recovery(world)
    world.keys.update((account.owner, "USER_META"), "SET recovery_codes_hash = :new", {"new": [kept(OTHER_CODE)]})
    with pytest.raises(ApiError) as refused:
        use_up_code(world.keys, recovery, 0, kept(CODE), datetime.now(UTC))
    assert (refused.value.status, refused.value.code) == (409, "concurrent_modification")
    assert left(world, account) == [kept(OTHER_CODE)]
    assert "recovery_token" not in account.recovery(world)


def test_five_wrong_codes_a_recovery(world: Any, at_once: Any) -> None:
    account = Account().store(world)
    session = begin(world, account)
    seen = Counter(answer.code for answer in at_once(lambda _: verify(session, WRONG), 9))
    assert seen == {"invalid_code": 5, "too_many_attempts": 4}
    answer = verify(session)
    assert (answer.status, answer.code) == (429, "too_many_attempts")
    assert account.recovery(world)["verify_attempts"] == 5
    assert verify(begin(world, account)).status == 200


def test_without_codes_or_an_account_every_code_is_wrong(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five times, after the same work: nothing tells who has an account, or codes."""
    work: list[int] = []
    derive = hashlib.pbkdf2_hmac

    def note(name: str, password: bytes, salt: bytes, iterations: int, length: int) -> bytes:
        work.append(iterations)
        return derive(name, password, salt, 1, length)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", note)
    seen = []
    for owner in (Account().store(world).owner, Account().store(world, codes=()).owner, None):
        session = recovery_sessions.begin(world.keys, owner, "a@example.com", datetime.now(UTC))
        before = len(work)
        answers = [verify(session, WRONG) for _ in range(6)]
        seen.append(([(one.status, one.json["error"]) for one in answers], work[before:]))
    assert seen[0] == seen[1] == seen[2]
    outcomes, hashes = seen[0]
    assert [(status, error["code"]) for status, error in outcomes] == [(400, "invalid_code")] * 5 + [
        (429, "too_many_attempts")
    ]
    assert hashes == [600_000] * 20


def test_recoveries_that_are_not_there_or_over(world: Any) -> None:
    account = Account().store(world)
    assert verify("x" * 43).code == "invalid_session"
    session = begin(world, account)
    world.keys.update((account.owner, f"RECOVERY_{session}"), "SET #ttl = :past", {"past": 1})
    assert verify(session).code == "session_expired"
    assert left(world, account) == [kept(CODE)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "missing_session"),
        ("[1]", "invalid_json"),
        ({"recovery_code": CODE}, "missing_session"),
        ({"recovery_session_id": "x"}, "missing_code"),
        ({"recovery_session_id": "x", "recovery_code": None}, "missing_code"),
        ({"recovery_session_id": "x", "recovery_code": "1234"}, "invalid_code_format"),
    ],
)
def test_what_is_no_proof_is_refused(world: Any, body: Any, code: str) -> None:
    answer = post(handler, body)
    assert (answer.status, answer.code) == (400, code)
