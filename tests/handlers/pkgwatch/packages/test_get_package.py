"""GET /packages/{ecosystem}/{name}"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from handlers.pkgwatch.accounts.plans import next_month
from handlers.pkgwatch.api.get_package import handler
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import call, proxy_event
from tests.handlers.pkgwatch.fixtures.packages import get

KEYS_200 = {
    *("package", "ecosystem", "health_score", "risk_level", "abandonment_risk", "components", "confidence"),
    *("signals", "openssf_checks", "advisories", "latest_version", "last_published", "repository_url"),
    *("last_updated", "data_quality", "feedback_url"),
}


def test_a_package_with_an_api_key(world: Any) -> None:
    clear, user_id = world.user("starter", requests_this_month=41)
    name = world.package(score_components={"user_centric": 80.5}, dependents_count=310, stars=0)
    answer = get(name, key=clear)
    assert answer.status == 200
    assert set(answer.json) == KEYS_200
    assert (answer.json["package"], answer.json["ecosystem"]) == (name, "npm")
    assert (answer.json["health_score"], answer.json["components"]) == (71.4, {"user_centric": 80.5})
    assert answer.json["signals"] == {
        "weekly_downloads": 120345,
        "dependents_count": 310,
        "stars": 0,
        **dict.fromkeys(("days_since_last_commit", "commits_90d", "active_contributors_90d", "maintainer_count")),
        **dict.fromkeys(("is_deprecated", "archived", "openssf_score")),
        "true_bus_factor": 1,
        "bus_factor_confidence": "LOW",
    }
    assert answer.json["advisories"] == []
    assert answer.json["data_quality"]["assessment"] == "VERIFIED"
    assert answer.headers["X-RateLimit-Limit"] == "25000"
    assert answer.headers["X-RateLimit-Remaining"] == str(25000 - 42)
    assert answer.headers["X-RateLimit-Reset"] == str(int(next_month(datetime.now(UTC)).timestamp()))
    assert not {"X-Demo-Mode", "X-Auth-Warning", "X-Usage-Alert"} & set(answer.headers)
    assert world.meta(user_id)["requests_this_month"] == 42
    assert world.key_count(clear, user_id) == 1


def test_a_package_in_demo_mode(world: Any, source_ip: str) -> None:
    answer = get(world.package(), source_ip=source_ip)
    assert answer.status == 200
    assert answer.headers["X-Demo-Mode"] == "true"
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("20", "19")
    assert 0 < int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 3600
    assert int(answer.headers["X-RateLimit-Reset"]) % 3600 == 0
    assert "X-Auth-Warning" not in answer.headers


@pytest.mark.parametrize("key", ["pw_unknown", "not-a-key"])
def test_an_unknown_key_is_demo_mode_with_a_warning(world: Any, source_ip: str, key: str) -> None:
    found, pending = world.package(), world.package(queryable=False)
    for status, name in ((200, found), (202, pending)):
        answer = get(name, key=key, source_ip=source_ip)
        assert (answer.status, answer.headers["X-Auth-Warning"]) == (status, "api_key_not_recognized")
    assert "X-Auth-Warning" not in get("never-heard-of", key=key, source_ip=source_ip).headers


@pytest.mark.parametrize(
    ("name", "ecosystem", "code"),
    [
        (None, "npm", "missing_parameter"),
        ("", "npm", "missing_parameter"),
        ("_x", "npm", "invalid_package_name"),
        ("%2e%2e%2fx", "npm", "invalid_package_name"),
        ("a%25b", "npm", "invalid_package_name"),
        ("lod%2561sh", "npm", "invalid_package_name"),
        ("%ff", "pypi", "invalid_package_name"),
        ("lodash", "cargo", "invalid_ecosystem"),
    ],
)
def test_bad_requests(world: Any, source_ip: str, name: str | None, ecosystem: str, code: str) -> None:
    answer = get(name, ecosystem, source_ip=source_ip)
    assert (answer.status, answer.code) == (400, code)


def test_null_path_parameters(world: Any, source_ip: str) -> None:
    assert call(handler, proxy_event(source_ip=source_ip)).code == "missing_parameter"


@pytest.mark.parametrize("sent", ["@scope%2Fthing", "@scope/thing", "%40Scope%2fThing"])
def test_names_are_decoded_once(world: Any, source_ip: str, sent: str) -> None:
    world.packages.put(
        {"pk": "npm#@scope/thing", "sk": "LATEST", "queryable": True, "health_score": 50, "data_status": "partial"}
    )
    answer = get(sent, "NPM", source_ip=source_ip)
    assert (answer.status, answer.json["package"]) == (200, "@scope/thing")
    assert answer.json["feedback_url"].endswith("feedback:+npm/%40scope%2Fthing&labels=score-feedback")


def test_pypi_names_are_normalized(world: Any, source_ip: str) -> None:
    world.packages.put({"pk": "pypi#zope-interface", "sk": "LATEST", "queryable": True, "health_score": 50})
    assert get("Zope.Interface", "pypi", source_ip=source_ip).json["package"] == "zope-interface"


def test_an_unknown_package_is_free(world: Any) -> None:
    clear, user_id = world.user(requests_this_month=5000)
    answer = get("no-such-package", key=clear)
    assert (answer.status, answer.code) == (404, "package_not_found")
    assert answer.json["error"]["details"] == {"request_url": "/packages/request"}
    assert world.meta(user_id)["requests_this_month"] == 5000


@pytest.mark.parametrize(
    ("attributes", "status", "seconds"),
    [
        ({"queryable": False, "data_status": "pending"}, "pending", 60),
        ({"queryable": False, "data_status": None}, "pending", 60),
        ({"queryable": False, "data_status": "partial"}, "partial", 300),
        ({"latest_version": None}, "complete", 300),
        ({"health_score": None}, "complete", 300),
        ({"weekly_downloads": 0, "data_status": "partial"}, "partial", 300),
    ],
)
def test_a_package_that_is_not_ready_is_free(world: Any, attributes: dict[str, Any], status: str, seconds: int) -> None:
    clear, user_id = world.user(requests_this_month=5000)
    name = world.package(**attributes)
    answer = get(name, key=clear)
    assert answer.status == 202
    assert answer.json.pop("message")
    assert {**answer.json, "message": ""} == {
        "status": "collecting",
        "package": name,
        "ecosystem": "npm",
        "data_status": status,
        "message": "",
        "retry_after_seconds": seconds,
    }
    assert answer.headers["Retry-After"] == str(seconds)
    assert world.meta(user_id)["requests_this_month"] == 5000


@pytest.mark.parametrize(
    "attributes", [{"health_score": 0}, {"weekly_downloads": 0}, {"data_status": "partial", "queryable": True}]
)
def test_what_is_enough_to_show(world: Any, source_ip: str, attributes: dict[str, Any]) -> None:
    assert get(world.package(**attributes), source_ip=source_ip).status == 200


def test_incomplete_packages_on_request(world: Any, source_ip: str) -> None:
    name = world.package(queryable=False, health_score=None)
    assert get(name, source_ip=source_ip, include_incomplete="true").json["health_score"] is None
    assert get(name, source_ip=source_ip, include_incomplete="1").status == 202


def test_openssf_checks(world: Any, source_ip: str) -> None:
    checks = [
        {"name": "Security-Policy", "score": 8, "reason": "found"},
        {"name": "Code-Review", "score": 5},
        {"name": "Vulnerabilities"},
        {"name": "Fuzzing", "score": 10, "reason": None},
        "garbage",
    ]
    shown = get(world.package(openssf_checks=checks), source_ip=source_ip).json["openssf_checks"]
    assert shown["summary"] == {
        "Security-Policy": {"score": 8, "status": "pass"},
        "Code-Review": {"score": 5, "status": "partial"},
        "Vulnerabilities": {"score": 0, "status": "fail"},
    }
    assert shown["all_checks"][2:] == [
        {"name": "Vulnerabilities", "score": 0, "reason": ""},
        {"name": "Fuzzing", "score": 10, "reason": ""},
    ]


@pytest.mark.parametrize(
    ("attributes", "assessment", "words"),
    [
        ({"data_status": "complete"}, "VERIFIED", ["All data sources"]),
        ({"data_status": "partial", "repository_url": "u", "missing_sources": ["github"]}, "PARTIAL", ["GitHub"]),
        ({"data_status": "partial", "missing_sources": ["npm", "deps.dev"]}, "UNVERIFIED", ["URL", "egistry", "deps"]),
        ({"data_status": "minimal", "missing_sources": ["depsdev"]}, "UNVERIFIED", ["deps.dev"]),
        ({"data_status": None, "missing_sources": "github"}, "UNVERIFIED", ["No repository URL"]),
        ({"data_status": "abandoned_minimal"}, "UNAVAILABLE", ["unavailable"]),
        ({"data_status": "abandoned_partial"}, "UNAVAILABLE", ["unavailable"]),
    ],
)
def test_data_quality(
    world: Any, source_ip: str, attributes: dict[str, Any], assessment: str, words: list[str]
) -> None:
    quality = get(world.package(queryable=True, **attributes), source_ip=source_ip).json["data_quality"]
    assert set(quality) == {"status", "assessment", "missing_sources", "has_repository", "explanation"}
    assert quality["status"] == (attributes["data_status"] or "minimal")
    assert quality["assessment"] == assessment
    assert quality["has_repository"] == ("repository_url" in attributes)
    assert isinstance(quality["missing_sources"], list)
    assert all(word in quality["explanation"] for word in words)


def test_a_table_that_cannot_be_read(world: Any, source_ip: str, environment: pytest.MonkeyPatch) -> None:
    with environment.context() as patch:
        patch.setenv("PACKAGES_TABLE", "there-is-no-such-table")
        settings.cache_clear()
        answer = get("lodash", source_ip=source_ip)
    settings.cache_clear()
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.json["error"]["request_id"] == "request-1"


def test_quoted_feedback(world: Any, source_ip: str) -> None:
    name = world.package()
    title = f"Score+feedback:+npm/{quote(name, safe='')}"
    url = get(name, source_ip=source_ip).json["feedback_url"]
    assert url == f"https://github.com/Dlaranjo/pkgwatch/issues/new?title={title}&labels=score-feedback"
