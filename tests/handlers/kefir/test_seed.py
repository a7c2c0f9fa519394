"""The functions answer for a seeded diary as for one they have written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.dynamodb import Table
from pkgops.model import LOCAL, Stage
from pkgops.seeds import SeedContext, Seeds
from templates.kefir.seed import TABLE, seed, timestamp
from tests.handlers.kefir.kefir_api import User, ask


def seeds(now: datetime, stage: str = LOCAL) -> Seeds:
    context = SeedContext(
        stage=Stage(stage),
        now=now.isoformat(),
        epoch=int(now.timestamp()),
        secret=lambda name: name,
        days_ago=lambda days: (now - timedelta(days=days)).isoformat(),
    )
    return seed(context)


@pytest.fixture(scope="module")
def seeded(environment: pytest.MonkeyPatch) -> None:
    from handlers.common import aws
    from tests.handlers.kefir.conftest import TABLE as NAME

    table = Table(aws.client("dynamodb"), NAME, ("PK", "SK"))
    for each in seeds(datetime.now(UTC)).items:
        assert each.table == TABLE
        for item in (each.item, *each.related):
            table.put(item)


@pytest.mark.usefixtures("seeded")
def test_the_documented_diary() -> None:
    user = User("test123")
    batches = user.ask("GET /batches").json["data"]
    assert [(each["id"], each["name"], each["status"]) for each in batches] == [
        ("batch001", "Summer Lemon Kefir", "stage1"),
        ("batch002", "Berry Blast", "bottled"),
    ]
    assert (batches[1]["targetHoursStage1"], batches[1]["targetHoursStage2"], batches[1]["bottleCount"]) == (48, 120, 3)
    for batch_id, suggestions in (("batch001", 2), ("batch002", 3)):
        assert user.ask("GET /batches/{id}/events", id=batch_id).json["count"] == 1
        found = user.ask("GET /batches/{id}/reminders/suggestions", id=batch_id).json["suggestions"]
        assert len(found) == suggestions
    (reminder,) = user.ask("GET /me/reminders").json["reminders"]
    assert reminder["message"] == "Time to bottle your Summer Lemon Kefir!"
    assert ask("GET /public/b/{batchId}", batchId="batch001").status == 200
    assert ask("GET /public/b/{batchId}", batchId="batch002").status == 403
    assert user.ask("GET /export.csv").text.count("\n") == 5


@pytest.mark.usefixtures("seeded")
def test_the_users_of_the_apps_local_mode() -> None:
    alice, bob = User("test-user-1"), User("test-user-2")
    assert {each["name"] for each in alice.ask("GET /batches").json["data"]} >= {"Strawberry Kefir", "Plain Kefir"}
    assert [each["name"] for each in bob.ask("GET /batches").json["data"]] == ["Blueberry Kefir"]
    assert alice.ask("GET /me/devices").json["count"] == 1


def test_a_second_seed_has_the_same_keys() -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    first, later = seeds(now), seeds(now + timedelta(days=3, microseconds=123456))

    def keys(found: Seeds) -> list[tuple[Any, Any]]:
        return [(each.item["PK"], each.item["SK"]) for each in found.items]

    assert keys(first) == keys(later)
    assert len(set(keys(first))) == len(first.items)
    assert seeds(now) == first
    assert len(seeds(now, "dev").items) == 4


def test_timestamps_have_the_functions_format() -> None:
    assert timestamp("2026-03-01T12:00:00+00:00") == "2026-03-01T12:00:00.000Z"
    assert timestamp("2026-03-01T12:00:00.987654+00:00") == "2026-03-01T12:00:00.987Z"
