"""Does the deployed API answer real clients as documented?"""

from __future__ import annotations

import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from tests.e2e.conftest import Deployed

pytestmark = pytest.mark.e2e

KEYS_OF_A_PACKAGE = {
    "package",
    "ecosystem",
    "health_score",
    "risk_level",
    "abandonment_risk",
    "components",
    "confidence",
    "signals",
    "openssf_checks",
    "advisories",
    "latest_version",
    "last_published",
    "repository_url",
    "last_updated",
    "data_quality",
    "feedback_url",
}
ORIGIN = {"Origin": "https://pkgwatch.dev"}


def test_health_needs_nothing(pkgwatch: Deployed) -> None:
    answer = pkgwatch.request("GET", "/health")
    assert (answer.status, answer.json()["status"], answer.headers["cache-control"]) == (200, "healthy", "no-cache")


def test_a_package_was_scored_by_the_deployed_scorer(pkgwatch: Deployed) -> None:
    answer = pkgwatch.request("GET", "/packages/npm/lodash", key=pkgwatch.keys["pro"])
    body = answer.json()
    assert answer.status == 200
    assert set(body) == KEYS_OF_A_PACKAGE
    assert 0 < body["health_score"] <= 100
    assert all(isinstance(value, int | float) for value in body["components"].values())
    assert answer.headers["x-ratelimit-limit"] == "100000"


def test_each_call_is_metered_once(pkgwatch: Deployed) -> None:
    key = pkgwatch.keys["starter"]
    before = pkgwatch.request("GET", "/usage", key=key).json()["usage"]["requests_this_month"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: pkgwatch.request("GET", "/packages/npm/react", key=key), range(24)))
    assert {answer.status for answer in answers} == {200}
    left = [int(answer.headers["x-ratelimit-remaining"]) for answer in answers]
    assert len(set(left)) == 24
    after = pkgwatch.request("GET", "/usage", key=key).json()["usage"]["requests_this_month"]
    assert after - before == 24


def test_a_key_that_is_not_known_falls_back_to_the_demo(pkgwatch: Deployed) -> None:
    answer = pkgwatch.request("GET", "/packages/npm/react", key="pw_unknown", headers=ORIGIN)
    assert answer.status == 200
    assert answer.headers["x-auth-warning"] == "api_key_not_recognized"
    assert answer.headers["x-demo-mode"] == "true"
    assert answer.headers["access-control-allow-origin"] == "https://pkgwatch.dev"


@pytest.mark.parametrize("path", ["/packages/npm/%40babel%2Fcore", "/packages/npm/%40BABEL%2Fcore"])
def test_a_scoped_name_is_one_segment(pkgwatch: Deployed, path: str) -> None:
    answer = pkgwatch.request("GET", path, key=pkgwatch.keys["pro"])
    assert (answer.status, answer.json()["package"]) == (200, "@babel/core")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/packages/npm/no-such-package-here", 404, "package_not_found"),
        ("/packages/npm/_x", 400, "invalid_package_name"),
        ("/packages/cargo/serde", 400, "invalid_ecosystem"),
    ],
)
def test_refusals_say_what_is_wrong(pkgwatch: Deployed, path: str, status: int, code: str) -> None:
    answer = pkgwatch.request("GET", path, key=pkgwatch.keys["pro"])
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)


def test_what_is_still_collected_is_202(pkgwatch: Deployed) -> None:
    table = pkgwatch.pkgops("outputs", "PackagesTableName").stdout.strip()
    ecosystem, name = pending_name(pkgwatch, table).split("#")
    answer = pkgwatch.request("GET", f"/packages/{ecosystem}/{quote(name, safe='')}", key=pkgwatch.keys["pro"])
    assert (answer.status, answer.json()["status"], answer.headers["retry-after"]) == (202, "collecting", "60")


def pending_name(pkgwatch: Deployed, table: str) -> str:
    from tests.emulator import client

    query = client(pkgwatch.emulator, "dynamodb").query(
        TableName=table,
        IndexName="data-status-index",
        KeyConditionExpression="data_status = :s",
        ExpressionAttributeValues={":s": {"S": "pending"}},
    )
    return str(query["Items"][0]["pk"]["S"])


def test_scan_reports_and_queues_what_is_missing(pkgwatch: Deployed) -> None:
    names = {"lodash": "*", "Lodash": "*", "request": "*", "left-unknown-pad": "1"}
    answer = pkgwatch.request("POST", "/scan", {"dependencies": names, "ecosystem": "npm"}, pkgwatch.keys["business"])
    body = answer.json()
    assert answer.status == 200
    assert (body["total"], body["not_found"]) == (4, ["left-unknown-pad"])
    assert [row["package"] for row in body["packages"]] == ["request", "lodash"]
    assert body["discovery"]["queued"] == 1
    assert body["critical"] + body["high"] + body["medium"] + body["low"] == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"unexpected": 1}, 400, "validation_error"),
        ({"ecosystem": "cargo"}, 400, "validation_error"),
        ({"dependencies": {}}, 400, "no_dependencies"),
        ({"dependencies": {f"p{n}": "*" for n in range(1001)}}, 400, "too_many_dependencies"),
    ],
)
def test_scan_refuses_what_it_cannot_use(pkgwatch: Deployed, body: object, status: int, code: str) -> None:
    answer = pkgwatch.request("POST", "/scan", body, pkgwatch.keys["business"])
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)


def test_scan_and_usage_need_a_key(pkgwatch: Deployed) -> None:
    scan = pkgwatch.request("POST", "/scan", {"dependencies": {"lodash": "*"}})
    usage = pkgwatch.request("GET", "/usage")
    assert {(a.status, a.json()["error"]["code"]) for a in (scan, usage)} == {(401, "invalid_api_key")}


def test_usage_of_each_plan(pkgwatch: Deployed) -> None:
    limits = {"free": 5000, "starter": 25000, "pro": 100000, "business": 500000}
    for tier, limit in limits.items():
        body = pkgwatch.request("GET", "/usage", key=pkgwatch.keys[tier]).json()
        assert (body["tier"], body["usage"]["monthly_limit"], body["limits_by_tier"]) == (tier, limit, limits)


def test_a_badge_is_an_image(pkgwatch: Deployed) -> None:
    answer = pkgwatch.request("GET", "/badge/npm/react?style=flat-square&label=health")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert re.search(rb"health", answer.body)
    assert answer.headers["cache-control"] == "public, max-age=3600"


def test_an_existing_package_need_not_be_requested(pkgwatch: Deployed) -> None:
    answer = pkgwatch.request("POST", "/packages/request", {"name": "lodash"})
    assert (answer.status, answer.json()["status"]) == (200, "exists")


def test_unknown_routes_answer_like_the_gateway(pkgwatch: Deployed) -> None:
    answer = pkgwatch.request("GET", "/nowhere")
    assert (answer.status, answer.json()) == (403, {"message": "Missing Authentication Token"})


@pytest.mark.parametrize("path", ["/", "/scan", "/packages/npm/react", "/usage"])
def test_a_browser_may_ask_first(pkgwatch: Deployed, path: str) -> None:
    answer = pkgwatch.request("OPTIONS", path, headers={**ORIGIN, "Access-Control-Request-Method": "GET"})
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "https://pkgwatch.dev"
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_the_demo_ends_after_twenty_requests(pkgwatch: Deployed) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: pkgwatch.request("GET", "/packages/npm/react"), range(30)))
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert len(answers) - len(refused) <= 20
    error = refused[0].json()["error"]
    assert (error["code"], error["retry_after_seconds"]) == ("demo_rate_limit_exceeded", 3600)


def test_the_printed_curl_line_works_when_pasted(pkgwatch: Deployed) -> None:
    printed = pkgwatch.pkgops("seed-dev").stdout
    (line,) = [line.strip() for line in printed.splitlines() if line.strip().startswith("curl ")]
    key = f"-H 'X-API-Key: {pkgwatch.keys['pro']}'"  # the demo's requests are used up by the test above
    done = subprocess.run(f"{line} {key}", shell=True, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["health_score"] > 0
