"""Can somebody get from an address to an API key, and in again, with nothing but HTTP and the mail?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.conftest import Deployed
from tests.e2e.pkgwatch.person import Person, attributes, member, someone
from tests.emulator import client

pytestmark = pytest.mark.e2e

START = "https://pkgwatch.dev/start"
DASHBOARD = "https://pkgwatch.dev/dashboard"


@pytest.fixture(scope="module")
def person(pkgwatch: Deployed) -> Person:
    """An account no test changes."""
    return member(pkgwatch)


def test_from_an_address_to_a_package(pkgwatch: Deployed):
    person = someone(pkgwatch)
    person.signs_up()
    link = person.link()
    assert link.startswith(f"{pkgwatch.url}/verify?token=")
    verified = person.asks("GET", link)
    assert verified.location == (DASHBOARD, {"verified": "true"})
    assert verified.headers["cache-control"] == "no-store"
    assert verified.headers["x-content-type-options"] == "nosniff"
    cookie = attributes(verified.headers["set-cookie"])
    assert cookie.keys() == {"session", "Path", "HttpOnly", "Secure", "SameSite", "Max-Age"}
    assert (cookie["Path"], cookie["SameSite"], cookie["Max-Age"]) == ("/", "Strict", "604800")
    key = person.sees_key()
    assert key.startswith("pw_")
    answer = pkgwatch.request("GET", "/packages/npm/react", key=key)
    assert (answer.status, answer.headers["x-ratelimit-limit"]) == (200, "5000")
    me = person.me()
    assert (me["email"], me["tier"], me["requests_this_month"]) == (person.email, "free", 1)


def test_a_verification_link_works_once(pkgwatch: Deployed):
    person = someone(pkgwatch)
    person.signs_up()
    link = person.link()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: pkgwatch.request("GET", link), range(6)))
    where = [answer.location for answer in answers]
    assert [url for url, _ in where].count(DASHBOARD) == 1
    refused = [query["error"] for url, query in where if url == START]
    assert len(refused) == 5
    assert set(refused) <= {"invalid_token", "token_already_used"}
    assert len([answer for answer in answers if "set-cookie" in answer.headers]) == 1


@pytest.mark.parametrize("path", ["/auth/pending-key", "/api-keys/pending"])
def test_the_key_is_shown_once_under_both_addresses(pkgwatch: Deployed, path: str):
    person = someone(pkgwatch)
    person.signs_up()
    person.verifies()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: person.asks("GET", path), range(6)))
    assert sorted(answer.outcome for answer in answers) == [(200, ""), *[(404, "no_pending_key")] * 5]


@pytest.mark.parametrize(("query", "code"), [("", "missing_token"), ("?token=made-up", "invalid_token")])
@pytest.mark.parametrize("path", ["/verify", "/auth/callback"])
def test_a_link_nobody_sent(pkgwatch: Deployed, path: str, query: str, code: str):
    url, said = pkgwatch.request("GET", path + query).location
    assert (url, said["error"]) == (START, code)


def test_logging_in_by_mail_and_out_again(pkgwatch: Deployed):
    person = member(pkgwatch)
    person.cookie = ""
    assert person.asks("GET", "/auth/me").outcome == (401, "unauthorized")
    assert person.asks("POST", "/auth/magic-link", {"email": person.email.upper()}).status == 200
    link = person.link()
    assert link.startswith(f"{pkgwatch.url}/auth/callback?token=")
    assert person.asks("GET", link).location == (DASHBOARD, {})
    assert person.me()["last_login"]
    again = pkgwatch.request("GET", link).location
    assert (again[0], again[1]["error"]) == (START, "invalid_token")
    out = person.asks("POST", "/auth/logout")
    assert (out.status, attributes(out.headers["set-cookie"])["Max-Age"]) == (200, "0")
    assert person.asks("GET", "/auth/me").status == 401


def test_signing_up_again_sends_a_login_instead(pkgwatch: Deployed, person: Person):
    fresh = someone(pkgwatch)
    assert fresh.signs_up().json() == Person(pkgwatch, person.email).signs_up().json()
    assert "/auth/callback?token=" in person.link()
    assert "/verify?token=" in fresh.link()


def test_a_link_that_did_not_arrive_is_sent_again_after_a_minute(pkgwatch: Deployed):
    person = someone(pkgwatch)
    person.signs_up()
    first = person.link()
    person.asks("POST", "/auth/resend-verification", {"email": person.email})
    assert len(person.mails()) == 1
    _a_minute_passes(pkgwatch, person.email)
    person.asks("POST", "/auth/resend-verification", {"email": person.email})
    assert len(person.mails()) == 2
    assert person.asks("GET", first).location[1]["error"] == "invalid_token"
    person.verifies()


def _a_minute_passes(pkgwatch: Deployed, email: str) -> None:
    table = pkgwatch.pkgops("outputs", "ApiKeysTableName").stdout.strip()
    dynamodb = client(pkgwatch.emulator, "dynamodb")
    found = dynamodb.query(
        TableName=table,
        IndexName="email-index",
        KeyConditionExpression="email = :e",
        ExpressionAttributeValues={":e": {"S": email}},
    )["Items"]
    dynamodb.update_item(
        TableName=table,
        Key={name: found[0][name] for name in ("pk", "sk")},
        UpdateExpression="SET last_verification_sent = :t",
        ExpressionAttributeValues={":t": {"S": "2026-01-01T00:00:00.000000+00:00"}},
    )


@pytest.mark.parametrize("path", ["/auth/magic-link", "/auth/resend-verification", "/recovery/initiate"])
def test_nobody_learns_which_addresses_are_known(pkgwatch: Deployed, person: Person, path: str):
    stranger = someone(pkgwatch)
    known, unknown = (pkgwatch.request("POST", path, {"email": who.email}) for who in (person, stranger))
    assert known.status == unknown.status == 200
    assert known.json().keys() == unknown.json().keys()
    assert known.json()["message"] == unknown.json()["message"]
    assert stranger.mails() == []


def test_keys_are_made_listed_and_revoked(pkgwatch: Deployed):
    person = member(pkgwatch)
    made = [person.asks("POST", "/api-keys", {"name": f"ci-{number}"}) for number in range(4)]
    assert [answer.status for answer in made] == [201] * 4
    assert person.asks("POST", "/api-keys", {}).outcome == (400, "max_keys_reached")
    listed = person.asks("GET", "/api-keys").json()["api_keys"]
    assert {row["key_name"] for row in listed} >= {f"ci-{number}" for number in range(4)}
    key, key_id = made[0].json()["api_key"], made[0].json()["key_id"]
    assert key_id in {row["key_id"] for row in listed}
    assert [row["key_prefix"] for row in listed if row["key_id"] == key_id] == [f"pw_....{key[-8:]}"]
    assert pkgwatch.request("GET", "/usage", key=key).status == 200
    revoked = person.asks("DELETE", f"/api-keys/{key_id}")
    assert (revoked.status, revoked.body) == (204, b"")
    assert revoked.headers["access-control-allow-origin"] == "https://pkgwatch.dev"
    assert pkgwatch.request("GET", "/usage", key=key).outcome == (401, "invalid_api_key")
    assert person.asks("DELETE", f"/api-keys/{key_id}").outcome == (404, "key_not_found")


def test_of_many_revocations_at_once_one_key_stays(pkgwatch: Deployed):
    person = member(pkgwatch)
    person.asks("POST", "/api-keys", {})
    ids = [row["key_id"] for row in person.asks("GET", "/api-keys").json()["api_keys"]]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: person.asks("DELETE", f"/api-keys/{one}"), ids))
    assert sorted(answer.outcome for answer in answers) == [(204, ""), (400, "cannot_revoke_last_key")]
    assert len(person.asks("GET", "/api-keys").json()["api_keys"]) == 1


def test_of_many_new_keys_at_once_five_are_made(pkgwatch: Deployed):
    person = member(pkgwatch)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: person.asks("POST", "/api-keys", {}), range(8)))
    assert {answer.outcome for answer in answers} <= {
        (201, ""),
        (400, "max_keys_reached"),
        (409, "key_creation_failed"),
    }
    made = [answer for answer in answers if answer.status == 201]
    assert len(person.asks("GET", "/api-keys").json()["api_keys"]) == len(made) + 1 <= 5


def test_nothing_of_this_is_in_the_logs(pkgwatch: Deployed):
    person = member(pkgwatch)
    person.asks("POST", "/auth/magic-link", {"email": person.email})
    token = person.link().partition("token=")[2]
    person.asks("GET", person.link())
    person.me()
    logs = pkgwatch.pkgops("tail-logs", "--since", "10m", "--raw").stdout
    assert "POST /auth/magic-link" in logs
    secrets = {"token": token, "cookie": person.cookie.partition("=")[2], "key": person.key, "address": person.email}
    assert [name for name, value in secrets.items() if value in logs] == []
