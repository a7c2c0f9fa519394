"""POST /scan"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.api.get_usage import handler as usage_handler
from handlers.pkgwatch.api.scan import handler, look_up
from tests.handlers.gateway import Answer, call, proxy_event


def post(body: Any, key: str = "") -> Answer:
    headers = {"x-api-key": key} if key else None
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return call(handler, proxy_event("POST", "/scan", headers=headers, body=text))


@pytest.fixture
def key(world: Any) -> str:
    return str(world.user("pro")[0])


@pytest.mark.parametrize("sent", ["", "pw_unknown", "nonsense"])
def test_a_key_is_required(world: Any, sent: str) -> None:
    answer = post("not json", sent)
    assert (answer.status, answer.code) == (401, "invalid_api_key")
    assert answer.json["error"]["request_id"] == "request-1"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        ('"text"', "invalid_json"),
        ({"ecosystem": "cargo", "dependencies": {"a": "*"}}, "invalid_ecosystem"),
        ({"ecosystem": 5}, "invalid_ecosystem"),
        ({"ecosystem": None}, "invalid_ecosystem"),
        (None, "no_dependencies"),
        ({}, "no_dependencies"),
        ({"dependencies": {}, "devDependencies": [], "content": "{}"}, "no_dependencies"),
        ({"dependencies": ["", 5, None], "content": "no json"}, "no_dependencies"),
        ({"content": '{"dependencies": ["a"]}'}, "no_dependencies"),
        ({"content": {"dependencies": {"a": "1"}}}, "no_dependencies"),
        ({"dependencies": [f"p{n}" for n in range(1001)]}, "too_many_dependencies"),
    ],
)
def test_bad_requests_cost_nothing(world: Any, body: Any, code: str) -> None:
    clear, user_id = world.user(requests_this_month=7)
    answer = post(body, clear)
    assert (answer.status, answer.code) == (400, code)
    assert world.meta(user_id)["requests_this_month"] == 7


def test_names_come_from_everywhere_and_count_once(world: Any) -> None:
    clear, user_id = world.user()
    found = world.package()
    unknown = [f"unknown-{secrets.token_hex(4)}" for _ in range(3)]
    body = {
        "content": json.dumps({"dependencies": {found: "1"}, "devDependencies": {unknown[0]: "1"}}),
        "dependencies": {unknown[1]: "*", found: "*"},
        "devDependencies": [unknown[2], found],
        "ecosystem": "NPM",
    }
    answer = post(body, clear)
    assert answer.status == 200
    assert answer.json["total"] == 4
    assert [entry["package"] for entry in answer.json["packages"]] == [found]
    assert sorted(answer.json["not_found"]) == sorted(unknown)
    assert world.meta(user_id)["requests_this_month"] == 4
    assert world.key_count(clear, user_id) == 4


def test_an_entry(world: Any, key: str) -> None:
    risk = {"probability": 18.2, "risk_factors": ["Small maintainer pool (2 active contributors)"]}
    name = world.package(abandonment_risk=risk, repository_url="u", last_updated="2026-01-01T00:00:00+00:00")
    bare = world.package(risk_level=None, health_score=None, data_status=None)
    entry, other = post({"dependencies": [name, bare]}, key).json["packages"]
    assert entry == {
        "package": name,
        "health_score": 71.4,
        "risk_level": "MEDIUM",
        "abandonment_risk": risk,
        "is_deprecated": False,
        "archived": False,
        "last_updated": "2026-01-01T00:00:00+00:00",
        "data_quality": {"assessment": "VERIFIED", "has_repository": True},
    }
    assert (other["abandonment_risk"], other["risk_level"]) == ({}, None)
    assert other["data_quality"] == {"assessment": "UNVERIFIED", "has_repository": False}


def test_counts_and_order(world: Any, key: str) -> None:
    levels = ["LOW", "CRITICAL", "MEDIUM", "HIGH", "CRITICAL", None, "HIGH"]
    statuses = ["complete", "complete", "minimal", "abandoned_partial", "pending", "complete", "complete"]
    names = {
        world.package(risk_level=level, data_status=status): level
        for level, status in zip(levels, statuses, strict=True)
    }
    answer = post({"dependencies": dict.fromkeys(names, "*")}, key).json
    assert {level: answer[level] for level in ("critical", "high", "medium", "low")} == {
        "critical": 2,
        "high": 2,
        "medium": 1,
        "low": 1,
    }
    order = ["CRITICAL", "HIGH", "MEDIUM", "LOW", None]
    expected = sorted(names, key=lambda name: (order.index(names[name]), name))
    assert [entry["package"] for entry in answer["packages"]] == expected
    assert answer["data_quality"] == {
        "verified_count": 4,
        "partial_count": 0,
        "unverified_count": 2,
        "unavailable_count": 1,
    }
    assert (answer["verified_risk_count"], answer["unverified_risk_count"]) == (2, 2)


def test_names_equal_after_normalizing_are_one_package(world: Any, key: str) -> None:
    name = world.package()
    answer = post({"dependencies": [name, name.upper(), name.capitalize()]}, key).json
    assert answer["total"] == 3
    assert [entry["package"] for entry in answer["packages"]] == [name]
    assert answer["not_found"] == []


def test_pypi(world: Any, key: str) -> None:
    world.packages.put({"pk": "pypi#ruamel-yaml", "sk": "LATEST", "risk_level": "LOW"})
    answer = post({"ecosystem": "pypi", "dependencies": {"Ruamel.YAML": "*", "No..Such--One": "*"}}, key).json
    assert [entry["package"] for entry in answer["packages"]] == ["ruamel-yaml"]
    assert answer["not_found"] == ["no-such-one"]


def test_a_thousand_names_in_parallel_batches(world: Any, key: str) -> None:
    names = [world.package() for _ in range(60)]
    unknown = [f"unknown-{n}" for n in range(940)]
    answer = post({"dependencies": [*unknown[:470], *names, *unknown[470:]]}, key).json
    assert (answer["total"], len(answer["packages"]), len(answer["not_found"])) == (1000, 60, 940)


def test_impossible_names_spoil_nothing(world: Any, key: str) -> None:
    name = world.package()
    impossible = ["_x", "../etc", "x" * 5000, "a b", "\ud800"]
    answer = post({"dependencies": [*impossible, name]}, key).json
    assert (len(answer["packages"]), len(answer["not_found"])) == (1, 5)
    assert "discovery" not in answer


def test_unknown_names_are_queued_for_collection(world: Any, key: str) -> None:
    world.queued()
    unknown = [f"new-{secrets.token_hex(4)}" for _ in range(53)]
    answer = post({"dependencies": ["_impossible", *unknown]}, key).json
    assert (answer["discovery"]["queued"], answer["discovery"]["skipped"]) == (50, 4)
    assert answer["discovery"]["message"]
    messages = world.queued()
    assert sorted(message["name"] for message in messages) == sorted(unknown[:50])
    assert {json.dumps({**message, "name": ""}, sort_keys=True) for message in messages} == {
        '{"ecosystem": "npm", "name": "", "reason": "scan_discovery", "tier": 3}'
    }


def unknown_since(world: Any, **age: float) -> str:
    """A name the collector has found nowhere."""
    return str(
        world.package(
            data_status="not_found",
            last_updated=iso(datetime.now(UTC) - timedelta(**age)),
            latest_version=None,
            health_score=None,
            weekly_downloads=None,
            risk_level=None,
        )
    )


def test_a_name_that_exists_nowhere_stays_not_found(world: Any, key: str) -> None:
    name = unknown_since(world, hours=23)
    answer = post({"dependencies": [name]}, key).json
    assert (answer["packages"], answer["not_found"], answer["critical"]) == ([], [name], 0)
    assert "discovery" not in answer  # the sources were asked today
    assert world.queued() == []


def test_a_day_later_the_sources_are_asked_again(world: Any, key: str) -> None:
    name = unknown_since(world, hours=25)
    answer = post({"dependencies": [name]}, key).json
    assert (answer["not_found"], answer["discovery"]["queued"]) == ([name], 1)
    assert [message["name"] for message in world.queued()] == [name]


def test_a_scan_beyond_the_plan_takes_nothing(world: Any) -> None:
    clear, user_id = world.user(requests_this_month=4998, bonus_requests=1)
    answer = post({"dependencies": ["a", "b", "c", "d"]}, clear)
    assert (answer.status, answer.code) == (429, "rate_limit_exceeded")
    assert set(answer.json["error"]) == {"code", "message", "request_id"}
    assert "Retry-After" not in answer.headers
    assert world.meta(user_id)["requests_this_month"] == 4998
    assert world.meta(user_id)["bonus_requests"] == 1
    assert world.key_count(clear, user_id) == 0


@pytest.mark.parametrize(
    ("used", "bonus", "remaining"), [(10, 0, 4988), (10, 40, 5028), (4999, 3, 2), (5000, 2, 0), (5000, 9, 7)]
)
def test_rate_headers(world: Any, used: int, bonus: int, remaining: int) -> None:
    clear, _ = world.user(requests_this_month=used, bonus_requests=bonus)
    answer = post({"dependencies": ["a", "b"]}, clear)
    assert answer.status == 200
    assert answer.headers["X-RateLimit-Limit"] == "5000"
    assert answer.headers["X-RateLimit-Remaining"] == str(remaining)
    usage = call(usage_handler, proxy_event("GET", "/usage", headers={"x-api-key": clear}))
    assert (usage.json["usage"]["remaining"], usage.headers["X-RateLimit-Remaining"]) == (remaining, str(remaining))
    assert int(answer.headers["X-RateLimit-Reset"]) > 0
    alerting = used + 2 >= 4000
    assert ("usage_alert" in answer.json) == ("X-Usage-Alert" in answer.headers) == alerting


class Forgetful:
    """A table that leaves all but one key of each call for later."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def batch(self, keys: Any, _attributes: Any) -> Any:
        self.calls.append(len(keys))
        return [{"pk": keys[0][0]}], keys[1:]


def test_what_the_table_leaves_is_asked_for_again() -> None:
    table, waited = Forgetful(), []
    found = look_up(table, "npm", ["a", "b", "c", "d", "e", "f"], waited.append)
    assert sorted(found) == ["a", "b", "c", "d"]
    assert table.calls == [6, 5, 4, 3]
    assert [0.1 <= waited[0] <= 0.2, 0.2 <= waited[1] <= 0.3, 0.4 <= waited[2] <= 0.5] == [True] * 3


def test_packages_that_cannot_be_read_count_as_unknown(missing_table: Table) -> None:
    assert look_up(missing_table, "npm", ["a", "b"]) == {}
