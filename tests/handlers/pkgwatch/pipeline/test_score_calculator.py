"""The score calculator: which records it scores, skips, or has sent again."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common.attributes import wire_item
from handlers.common.dynamodb import Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.pipeline.score_calculator import _finite, handler, rescore, score_batch
from handlers.pkgwatch.scoring.score import score
from tests.handlers.gateway import Context

HOUR_AGO = iso(datetime.now(UTC) - timedelta(hours=1))
DAY_AGO = iso(datetime.now(UTC) - timedelta(days=1))


def collected(world: Any, **attributes: Any) -> tuple[str, dict[str, Any]]:
    """A package as the collector leaves it: its name and item."""
    fresh = {"health_score": None, "risk_level": None, "collected_at": HOUR_AGO, "days_since_last_commit": 3}
    name = world.package(**{**fresh, **attributes})
    return name, world.packages.get((f"npm#{name}", "LATEST"))


def record(
    new: dict[str, Any] | None, old: dict[str, Any] | None = None, kind: str = "MODIFY", number: int = 1
) -> dict[str, Any]:
    images = {"NewImage": new, "OldImage": old}
    change = {name: wire_item(image) for name, image in images.items() if image is not None}
    return {"eventID": f"event-{number}", "eventName": kind, "dynamodb": {**change, "SequenceNumber": f"00{number}"}}


def run(*records: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(handler({"Records": list(records)}, Context("pkgwatch-score-calculator"))))


def stored(world: Any, name: str) -> dict[str, Any]:
    return world.packages.get((f"npm#{name}", "LATEST"))


def test_a_collected_package_is_scored(world: Any) -> None:
    name, item = collected(world, dependents_count=310, force_rescore=True)
    result = run(record(item, kind="INSERT"))
    assert result == {"processed": 1, "successes": 1, "skipped": 0, "failures": 0, "batchItemFailures": []}
    after = stored(world, name)
    expected = score(item, datetime.now(UTC))
    assert {field: after[field] for field in expected} == expected
    assert after["queryable"] is True
    assert "force_rescore" not in after
    assert datetime.now(UTC) - datetime.fromisoformat(after["scored_at"]) < timedelta(seconds=20)
    assert {**after, **item, "force_rescore": True} == {**after, "force_rescore": True}


def test_an_incomplete_package_is_not_queryable(world: Any) -> None:
    name, item = collected(world, latest_version=None)
    run(record(item))
    assert stored(world, name)["queryable"] is False


def test_its_own_updates_are_skipped(world: Any) -> None:
    name, item = collected(world, force_rescore=True)
    run(record(item, kind="INSERT"))
    after = stored(world, name)
    assert run(record(after, item))["skipped"] == 1
    assert stored(world, name) == after


@pytest.mark.parametrize(
    ("old", "new", "due"),
    [
        ({"collected_at": DAY_AGO}, {"collected_at": HOUR_AGO}, True),
        ({"collected_at": HOUR_AGO}, {"collected_at": HOUR_AGO}, False),
        ({"collected_at": HOUR_AGO}, {"collected_at": HOUR_AGO, "force_rescore": True}, True),
        ({"collected_at": HOUR_AGO}, {"collected_at": HOUR_AGO, "force_rescore": "yes"}, False),
        ({}, {"collected_at": HOUR_AGO}, True),
        ({}, {}, False),
        ({}, {"force_rescore": True}, False),
        ({}, {"collected_at": None}, False),
    ],
)
def test_changes_that_lead_to_a_score(world: Any, old: dict[str, Any], new: dict[str, Any], due: bool) -> None:
    name, item = collected(world, **{"collected_at": None, **new})
    plain = {key: value for key, value in item.items() if key not in ("collected_at", "force_rescore")}
    result = run(record({**plain, **new}, {**plain, **old}))
    assert (result["successes"], result["skipped"]) == ((1, 0) if due else (0, 1))
    assert ("scored_at" in stored(world, name)) == due


@pytest.mark.parametrize("forced", [None, True])
def test_a_scored_package_is_skipped_unless_forced(world: Any, forced: bool | None) -> None:
    name, item = collected(world, collected_at=DAY_AGO, scored_at=HOUR_AGO, force_rescore=forced)
    run(record(item, kind="INSERT"))
    assert (stored(world, name)["scored_at"] == HOUR_AGO) == (forced is None)


@pytest.mark.parametrize(
    ("image", "kind", "counted"),
    [
        ({"pk": "npm#x", "sk": "LATEST", "collected_at": HOUR_AGO}, "REMOVE", "skipped"),
        (None, "MODIFY", "skipped"),
        ({"pk": "FAILED#message", "sk": HOUR_AGO, "collected_at": HOUR_AGO}, "INSERT", "skipped"),
        ({"pk": "npm#x", "sk": "OTHER", "collected_at": HOUR_AGO}, "INSERT", "skipped"),
        ({"pk": "npm#x", "sk": "LATEST"}, "INSERT", "skipped"),
        ({"pk": "nonsense", "sk": "LATEST", "collected_at": HOUR_AGO}, "INSERT", "failures"),
        ({"pk": "npm#gone-meanwhile", "sk": "LATEST", "collected_at": HOUR_AGO}, "INSERT", "failures"),
    ],
)
def test_invalid_records_are_not_sent_again(world: Any, image: dict[str, Any] | None, kind: str, counted: str) -> None:
    result = run(record(image, kind=kind))
    assert result[counted] == 1
    assert result["successes"] == 0
    assert result["batchItemFailures"] == []


def test_an_invalid_record_does_not_affect_the_others(world: Any, missing_table: Table) -> None:
    name, item = collected(world)
    garbage = {"eventID": "event-9", "eventName": "INSERT", "dynamodb": {"NewImage": {"pk": {"S": "nonsense"}}}}
    assert run(garbage, record(item), {"messageId": "m", "body": "{"})["successes"] == 1
    assert "scored_at" in stored(world, name)


def test_records_are_sent_again_when_the_table_fails(world: Any, missing_table: Table) -> None:
    items = [collected(world)[1] for _ in range(2)]
    records = [record(items[0], number=1), record({"pk": "x", "sk": "LATEST"}, number=2), record(items[1], number=3)]
    result = score_batch(missing_table, records, datetime.now(UTC))
    assert result["failures"] == 3
    assert result["batchItemFailures"] == [{"itemIdentifier": "001"}, {"itemIdentifier": "003"}]


def test_records_without_a_sequence_number_are_identified_by_their_event(missing_table: Table) -> None:
    change = record({"pk": "npm#x", "sk": "LATEST", "collected_at": HOUR_AGO})
    del change["dynamodb"]["SequenceNumber"]
    result = score_batch(missing_table, [change], datetime.now(UTC))
    assert result["batchItemFailures"] == [{"itemIdentifier": "event-1"}]


def test_a_package_twice_in_a_batch_is_scored_once(world: Any) -> None:
    name, item = collected(world)
    read: list[Any] = []

    class Watched:
        update = staticmethod(world.packages.update)

        def get(self, key: Any) -> Any:
            read.append(key)
            return world.packages.get(key)

    older = record({**item, "collected_at": DAY_AGO}, kind="INSERT")
    result = score_batch(Watched(), [older, record(item, number=2)], datetime.now(UTC))
    assert (result["processed"], result["successes"]) == (2, 2)
    assert read == [(f"npm#{name}", "LATEST")]


def test_the_items_of_a_batch_are_read_in_one_call(world: Any) -> None:
    found = [collected(world) for _ in range(3)]

    class Watched:
        update = staticmethod(world.packages.update)
        batch = staticmethod(world.packages.batch)

    records = [record(item, number=number) for number, (_, item) in enumerate(found)]
    gone = record({"pk": "npm#gone-meanwhile", "sk": "LATEST", "collected_at": HOUR_AGO}, number=3)
    result = score_batch(Watched(), [*records, gone], datetime.now(UTC))  # type: ignore[arg-type]
    assert (result["successes"], result["failures"], result["batchItemFailures"]) == (3, 1, [])
    assert all("scored_at" in stored(world, name) for name, _ in found)


def test_a_collection_while_scoring_is_not_marked_as_scored(world: Any) -> None:
    """The item changes between read and write: the scores belong to data that is gone."""
    name, item = collected(world)

    class ChangesInBetween:
        def get(self, key: Any) -> Any:
            world.packages.update(key, "SET collected_at = :now", {"now": iso(datetime.now(UTC))})
            return item

        update = staticmethod(world.packages.update)

    outcome = rescore(ChangesInBetween(), (f"npm#{name}", "LATEST"), datetime.now(UTC))
    assert outcome.body == {"skipped": True, "reason": "collected_again"}
    assert "scored_at" not in stored(world, name)


def test_queue_messages(world: Any) -> None:
    name, _ = collected(world)
    bodies = [json.dumps({"ecosystem": "npm", "name": name}), "{", "[]", json.dumps({"ecosystem": "npm"})]
    result = run(*({"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)))
    assert (result["successes"], result["failures"], result["batchItemFailures"]) == (1, 3, [])
    assert "scored_at" in stored(world, name)


def direct(**event: Any) -> tuple[int, dict[str, Any]]:
    answer = handler(event, Context())
    return answer["statusCode"], json.loads(answer["body"])


def test_a_direct_call(world: Any) -> None:
    name, item = collected(world)
    status, body = direct(ecosystem="npm", name=name)
    assert status == 200
    assert set(body) == {
        *("package", "ecosystem", "health_score", "risk_level", "components", "confidence", "abandonment_risk")
    }
    assert (body["package"], body["ecosystem"]) == (name, "npm")
    assert body["health_score"] == score(item, datetime.now(UTC))["health_score"]
    assert direct(ecosystem="npm", name=name) == (200, {"skipped": True, "reason": "already_scored"})


def test_direct_calls_that_score_nothing(world: Any) -> None:
    name = world.package()
    assert direct(ecosystem="npm", name=name) == (200, {"skipped": True, "reason": "not_collected"})
    assert direct(ecosystem="npm")[0] == 400
    assert direct(ecosystem="npm", name="no-such-package")[0] == 404
    assert direct(action="recalculate_all")[0] == 501


def test_a_failing_table(missing_table: Table) -> None:
    assert rescore(missing_table, ("npm#x", "LATEST"), datetime.now(UTC)).status == 500


def test_nan_and_infinity_are_stored_as_zero() -> None:
    assert _finite({"a": [math.nan, 1.5, "x"], "b": {"c": math.inf}}) == {"a": [0, 1.5, "x"], "b": {"c": 0}}
