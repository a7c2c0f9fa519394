"""Does recommending PkgWatch pay as promised?"""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Deployed
from tests.e2e.pkgwatch.person import Person, member

pytestmark = pytest.mark.e2e

START = "https://pkgwatch.dev/start"


def standing(person: Person):
    answer = person.asks("GET", "/referral/status")
    assert (answer.status, answer.headers["cache-control"]) == (200, "private, no-store")
    return answer.json()


def test_who_is_invited_and_works_with_it_pays_the_inviter(pkgwatch: Deployed):
    inviter = member(pkgwatch, "inviter")
    code = standing(inviter)["referral_code"]
    assert pkgwatch.request("GET", f"/r/{code}").location == (START, {"ref": code})
    invited = member(pkgwatch, "invited", referral_code=code)
    me = invited.me()
    assert (me["bonus_requests"], me["effective_limit"], me["can_add_referral"]) == (10_000, 15_000, False)
    before = standing(inviter)
    assert (before["stats"]["pending_referrals"], before["bonus_requests"]) == (1, 0)
    assert [(row["email"], row["status"]) for row in before["referrals"]] == [("in**@example.net", "pending")]
    names = {f"package-{number}": "*" for number in range(101)}
    assert pkgwatch.request("POST", "/scan", {"dependencies": names}, invited.key).status == 200
    after = standing(inviter)
    assert (after["stats"]["pending_referrals"], after["bonus_requests"], after["bonus_lifetime"]) == (0, 5_000, 5_000)
    assert [(row["status"], row["reward"]) for row in after["referrals"]] == [("credited", 5_000)]


def test_a_code_may_be_added_late_and_once(pkgwatch: Deployed):
    inviter, late = member(pkgwatch, "inviter"), member(pkgwatch, "late")
    code = standing(inviter)["referral_code"]
    own = standing(late)["referral_code"]
    assert late.asks("POST", "/referral/add-code", {"code": own}).outcome == (400, "self_referral")
    assert late.asks("POST", "/referral/add-code", {"code": "nosuchco"}).outcome == (400, "code_not_found")
    added = late.asks("POST", "/referral/add-code", {"code": code})
    assert (added.status, added.json()["bonus_added"]) == (200, 10_000)
    assert late.asks("POST", "/referral/add-code", {"code": code}).outcome == (409, "already_referred")
    assert late.me()["bonus_requests"] == 10_000
    assert standing(inviter)["stats"]["total_referrals"] == 1


@pytest.mark.parametrize("code", ["x", "%3Cscript%3E", "a" * 13])
def test_an_odd_code_leads_to_the_start(pkgwatch: Deployed, code: str):
    assert pkgwatch.request("GET", f"/r/{code}").location == (START, {})


def test_a_code_nobody_has_does_not_hinder_signing_up(pkgwatch: Deployed):
    assert member(pkgwatch, referral_code="nosuchco").me()["bonus_requests"] == 0


@pytest.mark.parametrize("name", ["referral-retention", "referral-cleanup"])
def test_the_daily_rounds_run(pkgwatch: Deployed, name: str):
    assert pkgwatch.pkgops("invoke", name, "--payload", "{}").returncode == 0
