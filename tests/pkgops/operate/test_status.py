"""The status of stacks, and the advice for it."""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.operate.events import stack_events
from pkgops.operate.status import stack_status
from pkgops.plan.digest import digest
from pkgops.ports.stacks import ChangeSetRequest
from tests.pkgops.fakes.ports import FakePorts

QUEUE: dict[str, Any] = {"Resources": {"A": {"Type": "AWS::SQS::Queue"}, "B": {"Type": "AWS::SQS::Queue"}}}
STORAGE = SynthesizedStack("pkgwatch", "storage", "PkgWatchStorage-dev", QUEUE)
API = SynthesizedStack("pkgwatch", "api", "PkgWatchApi-dev", QUEUE, {"StorageName": "storage.Name"})


def test_a_stack_is_current_if_its_digest_says_so(pkgwatch: Project, account: FakePorts) -> None:
    account.stacks.deployed(STORAGE.name, "CREATE_COMPLETE", outputs={"Name": "n", "PkgopsDigest": digest(STORAGE, {})})
    account.stacks.deployed(
        API.name, "CREATE_COMPLETE", template=QUEUE, outputs={"PkgopsDigest": digest(API, {"StorageName": "n"})}
    )
    assert [row.current for row in stack_status(pkgwatch, [STORAGE, API], account)] == [True, True]
    # The values of a stack that was not asked for count too.
    assert [row.current for row in stack_status(pkgwatch, [API], account)] == [True]
    account.stacks.deployed(
        STORAGE.name, "CREATE_COMPLETE", outputs={"Name": "other", "PkgopsDigest": digest(STORAGE, {})}
    )
    assert [row.current for row in stack_status(pkgwatch, [STORAGE, API], account)] == [True, False]


def test_what_cannot_be_compared_is_not_guessed(pkgwatch: Project, account: FakePorts) -> None:
    account.stacks.deployed(STORAGE.name, "CREATE_COMPLETE")
    named = SynthesizedStack("pkgwatch", "storage", STORAGE.name, {})
    code = {"Code": {"S3Bucket": "b", "S3Key": "asset://handlers/x.py"}}
    placeholders = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": code}}}
    raw = SynthesizedStack("pkgwatch", "storage", STORAGE.name, placeholders)
    assert [row.current for row in stack_status(pkgwatch, [named, raw], account)] == [None, None]


def test_resources_are_counted(pkgwatch: Project, account: FakePorts) -> None:
    body = '{"Resources": {"A": {"Type": "AWS::SQS::Queue"}, "B": {"Type": "AWS::SQS::Queue"}}}'
    made = account.stacks.create_change_set(ChangeSetRequest(STORAGE.name, True, {}, {}, body=body))
    account.stacks.execute(made)
    account.stacks.describe()
    (row,) = stack_status(pkgwatch, [STORAGE], account)
    assert (row.status, row.resources, row.advice) == ("CREATE_COMPLETE", 2, "")


@pytest.mark.parametrize(
    ("state", "advice"),
    [
        ("REVIEW_IN_PROGRESS", "Deploy it: pkgops deploy pkgwatch/storage"),
        ("UPDATE_IN_PROGRESS", "watch it with: pkgops deploy pkgwatch/storage"),
        ("ROLLBACK_COMPLETE", "pkgops events pkgwatch/storage --failed, then deploy again"),
        ("UPDATE_ROLLBACK_FAILED", "pkgops events pkgwatch/storage --failed"),
        ("UPDATE_ROLLBACK_COMPLETE", "The last update was rolled back"),
    ],
)
def test_a_status_comes_with_its_next_step(state: str, advice: str, pkgwatch: Project, account: FakePorts) -> None:
    account.stacks.deployed(STORAGE.name, state)
    (row,) = stack_status(pkgwatch, [STORAGE], account)
    assert advice in row.advice


def test_a_stack_that_is_not_there(pkgwatch: Project, account: FakePorts) -> None:
    (row,) = stack_status(pkgwatch, [STORAGE], account)
    assert (row.status, row.current, row.resources) == ("NOT_DEPLOYED", None, 0)
    assert row.advice == "Deploy it: pkgops deploy pkgwatch/storage"


@pytest.fixture
def eventful(account: FakePorts) -> FakePorts:
    body = '{"Resources": {"A": {"Type": "AWS::SQS::Queue"}, "B": {"Type": "AWS::SQS::Queue"}}}'
    for stack in (STORAGE, API):
        account.stacks.broken = {"B": "no such thing"} if stack is API else {}
        account.stacks.execute(account.stacks.create_change_set(ChangeSetRequest(stack.name, True, {}, {}, body=body)))
    return account


def test_history_is_merged_in_time_order(eventful: FakePorts) -> None:
    events = stack_events([API, STORAGE], eventful)
    assert {event.stack for event in events} == {API.name, STORAGE.name}
    assert [event.time for event in events] == sorted(event.time for event in events)


def test_history_of_failures_only(eventful: FakePorts) -> None:
    events = stack_events([STORAGE, API], eventful, failed=True)
    assert ("PkgWatchApi-dev", "B", "no such thing") in [(e.stack, e.logical_id, e.reason) for e in events]
    assert all(event.status.endswith("FAILED") for event in events)


def test_history_since_a_moment(eventful: FakePorts) -> None:
    assert stack_events([STORAGE, API], eventful, since="2025-12-31T00:00Z")
    assert stack_events([STORAGE, API], eventful, since="2026-01-02T00:00Z") == []


def test_history_of_stacks_that_are_not_there(account: FakePorts) -> None:
    assert stack_events([STORAGE], account) == []


def test_who_has_not_confirmed_a_subscription_is_named(pkgwatch: Project, account: FakePorts) -> None:
    kinds = {"Topic": "AWS::SNS::Topic", "Mail": "AWS::SNS::Subscription"}
    resources = {"Resources": {name: {"Type": kind} for name, kind in kinds.items()}}
    account.stacks.deployed(STORAGE.name, "CREATE_COMPLETE", template=resources)
    topic = next(row.physical_id for row in account.stacks.resources(STORAGE.name) if row.type == kinds["Topic"])
    account.topics.waiting[topic] = ["ops@example.com"]
    (row,) = stack_status(pkgwatch, [STORAGE], account)
    assert row.unconfirmed == ("ops@example.com",)
    assert row.advice.startswith("Not confirmed, so no alarm arrives: ops@example.com.")
    account.topics.denied = True
    (row,) = stack_status(pkgwatch, [STORAGE], account)
    assert (row.unconfirmed, row.resources) == ((), 2)
