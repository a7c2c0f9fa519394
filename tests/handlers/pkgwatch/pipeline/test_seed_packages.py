"""Seeding: the most used packages are added, once, with the attributes every index needs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.pkgwatch.pipeline.seed_packages import handler, tier_of, trigger_collection
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.upstreams import World
from tests.handlers.pkgwatch.pipeline.conftest import Discovery


def run(**event: Any) -> tuple[int, dict[str, Any]]:
    answer = json.loads(json.dumps(handler(event, Context(remaining=120_000))))
    return answer["statusCode"], json.loads(answer["body"])


def test_seeding(deployed: Discovery, upstream: World) -> None:
    deployed.table.put({"pk": "npm#react", "sk": "LATEST", "tier": 1, "last_updated": "2026", "health_score": 80})
    dry = run(npm_count=30, pypi_count=120, dry_run=True, trigger_collection=True)[1]
    assert dry["npm"] == {"ranked": 30, "known": 1, "added": 29}
    assert (dry["dry_run"], dry["collecting"]) == (True, [])
    assert list(deployed.items()) == ["npm#react"]
    status, done = run(npm_count=30, pypi_count=120)
    assert (status, {**done, "dry_run": True}) == (200, dry)
    items = deployed.items()
    assert items["npm#react"]["health_score"] == 80
    ranked = sorted((i for i in items.values() if i.get("ecosystem") == "pypi"), key=lambda i: i["seeded_rank"])
    assert [item["seeded_rank"] for item in ranked] == list(range(1, len(ranked) + 1))
    one = ranked[0]
    assert (one["data_status"], one["queryable"], one["needs_collection"], one["tier"]) == ("pending", False, True, 1)
    assert datetime.fromisoformat(one["next_retry_at"]) - datetime.fromisoformat(one["last_updated"]) == timedelta(
        hours=1
    )
    for index, where, values in (
        ("tier-index", "#tier = :v", {"v": 1}),
        ("data-status-index", "data_status = :v", {"v": "pending"}),
    ):
        assert {item["pk"] for item in deployed.table.pages(index, where, values)} >= {one["pk"]}
    assert run(npm_count=30, pypi_count=120)[1]["npm"]["added"] == 0


@pytest.mark.parametrize(("rank", "expected"), [(1, 1), (100, 1), (101, 2), (500, 2), (501, 3), (9000, 3)])
def test_tiers(rank: int, expected: int) -> None:
    assert tier_of(rank) == expected


@pytest.mark.parametrize("count", [-1, 10_001, "5", 1.5, True, None])
def test_invalid_counts(deployed: Discovery, count: Any) -> None:
    status, body = run(npm_count=count)
    assert (status, "npm_count" in body["error"]) == (400, True)


def test_collection_is_triggered_for_every_tier() -> None:
    calls: list[dict[str, Any]] = []

    class Lambda:
        def invoke(self, **call: Any) -> None:
            calls.append(call)

    assert trigger_collection(Lambda(), "arn:refresh") == [1, 2, 3]
    assert [(call["FunctionName"], call["InvocationType"], json.loads(call["Payload"])) for call in calls] == [
        ("arn:refresh", "Event", {"tier": number, "reason": "seed_packages"}) for number in (1, 2, 3)
    ]
