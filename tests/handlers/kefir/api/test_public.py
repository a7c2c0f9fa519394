"""The public page of a batch."""

from __future__ import annotations

import pytest

from tests.handlers.kefir.kefir_api import User, ask


def test_only_public_fields_are_shown(alice: User) -> None:
    batch = alice.batch(isPublic=True, notes="secret", temperature=20, publicNote="hello")
    answer = ask("GET /public/b/{batchId}", batchId=batch["batchId"])
    shown = ("batchId", "name", "stage", "status", "startDate", "publicNote", "createdAt")
    assert (answer.status, answer.json) == (200, {"batch": {name: batch[name] for name in shown}})
    without = alice.batch(isPublic=True)
    assert "publicNote" not in ask("GET /public/b/{batchId}", batchId=without["batchId"]).json["batch"]


def test_a_batch_that_is_not_shared(alice: User) -> None:
    answer = ask("GET /public/b/{batchId}", batchId=alice.batch()["batchId"])
    assert (answer.status, answer.json["error"]) == (403, "This batch is not publicly shared")


@pytest.mark.parametrize("batch_id", ["none", "", "x" * 3000, "BATCH#x", "é"])
def test_a_batch_that_does_not_exist(alice: User, batch_id: str) -> None:
    answer = ask("GET /public/b/{batchId}", batchId=batch_id)
    assert (answer.status, answer.json["error"]) == (404, "Batch not found")
