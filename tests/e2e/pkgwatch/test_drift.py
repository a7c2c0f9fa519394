"""Is what somebody changes behind the tool's back shown, and taken back?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.canary import canary
from tests.e2e.conftest import Deployed
from tests.emulator import client

pytestmark = pytest.mark.e2e

FUNCTION, DEAD, QUEUE = "DataStatusMetricsFunction", "StreamsDlqQueue", "DiscoveryQueue"
STACK = "PkgWatchPipeline-local"
BY_HAND = canary("typed-in-by-hand")


def physical(pkgwatch: Deployed) -> dict[str, str]:
    pages = client(pkgwatch.emulator, "cloudformation").get_paginator("list_stack_resources")
    rows = [row for page in pages.paginate(StackName=STACK) for row in page["StackResourceSummaries"]]
    return {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}


def configuration(pkgwatch: Deployed, name: str) -> tuple[int, int, Any]:
    found = client(pkgwatch.emulator, "lambda").get_function_configuration(FunctionName=name)
    return found["MemorySize"], found["Timeout"], found["Environment"]["Variables"]


def attributes(pkgwatch: Deployed, url: str) -> dict[str, str]:
    found = client(pkgwatch.emulator, "sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {key: value for key, value in found.items() if "Timestamp" not in key and "Approximate" not in key}


@pytest.fixture
def tampered(pkgwatch: Deployed) -> Iterator[dict[str, Any]]:
    """A function, a queue's attribute and a whole queue, as they were before somebody touched them."""
    names = physical(pkgwatch)
    sqs, functions = client(pkgwatch.emulator, "sqs"), client(pkgwatch.emulator, "lambda")
    before = {
        FUNCTION: configuration(pkgwatch, names[FUNCTION]),
        QUEUE: attributes(pkgwatch, names[QUEUE]),
        DEAD: attributes(pkgwatch, names[DEAD]),
    }
    memory, timeout, variables = before[FUNCTION]
    functions.update_function_configuration(
        FunctionName=names[FUNCTION],
        MemorySize=memory * 2,
        Timeout=timeout + 60,
        Environment={"Variables": variables | {"DB_PASSWORD": BY_HAND}},
    )
    sqs.set_queue_attributes(QueueUrl=names[QUEUE], Attributes={"VisibilityTimeout": "7"})
    sqs.delete_queue(QueueUrl=names[DEAD])
    yield before
    pkgwatch.pkgops("deploy", "--yes", "--revert-drift")


def test_drift_is_shown_and_taken_back(pkgwatch: Deployed, tampered: dict[str, Any]) -> None:
    assert "Nothing to deploy" in pkgwatch.pkgops("deploy", "--yes").stderr  # the digest cannot know
    memory, timeout, variables = tampered[FUNCTION]

    shown = pkgwatch.pkgops("status", "--drift")
    assert "3 drifted" in shown.stdout
    compared = pkgwatch.pkgops("diff", "--deployed", "--exit-code", ok=False)
    assert compared.returncode == 1
    for text in (shown.stdout, compared.stdout):
        assert f"Properties/MemorySize: {memory} -> {memory * 2}\n" in text
        assert f"Properties/Timeout: {timeout} -> {timeout + 60}\n" in text
        assert 'Properties/Environment/Variables/DB_PASSWORD: "(hidden)"' in text
        assert f"Properties/VisibilityTimeout: {tampered[QUEUE]['VisibilityTimeout']} -> 7\n" in text
        assert f"  - {DEAD}  AWS::SQS::Queue" in text
        assert BY_HAND not in text

    planned = pkgwatch.pkgops("deploy", "--revert-drift", "--dry-run").stdout
    assert f"+ {DEAD}  AWS::SQS::Queue  was deleted, will be recreated" in planned
    assert f"~ {QUEUE}  AWS::SQS::Queue  drifted, VisibilityTimeout" in planned
    pkgwatch.pkgops("deploy", "--yes", "--revert-drift")

    names = physical(pkgwatch)
    assert configuration(pkgwatch, names[FUNCTION]) == (memory, timeout, variables)
    assert attributes(pkgwatch, names[QUEUE]) == tampered[QUEUE]
    assert attributes(pkgwatch, names[DEAD]) == tampered[DEAD]
    drifts = [row["drift"] for row in pkgwatch.rows("status", "--drift")]
    assert {drift["status"] for drift in drifts} == {"IN_SYNC"}
    assert max(drift["checked"] for drift in drifts) > 100  # more than a page of them
    assert pkgwatch.pkgops("diff", "--deployed", "--exit-code").stdout == ""
    again = pkgwatch.pkgops("deploy", "--yes", "--revert-drift")
    assert "Nothing to deploy" in again.stderr
