"""Why a message is a dead letter: what it says itself, what a log says that names it, and what is only likely."""

from __future__ import annotations

import json

import pytest

from pkgops.build.functions import Function
from pkgops.operate.browse.dead_letters import Cause, causes, is_failure
from pkgops.ports.queues import QueueMessage
from tests.pkgops.fakes.logs import FakeLogs

SENT = "2026-05-01T09:30:00.000+00:00"
AT = 1_777_627_800_000  # the same in epoch milliseconds
WORKER = Function("main", "Worker", "worker-local", "handlers/shop/worker.py", "/aws/lambda/worker-local")
SENDER = Function("main", "Sender", "sender-local", "handlers/shop/sender.py", "/aws/lambda/sender-local")
ID = "5b6f6f2e-5a0d-4d5e-8f43-5f3f5a9a0a01"
CONDITION = {
    "requestContext": {
        "requestId": "r-1",
        "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:sender-local:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    },
    "responsePayload": {"errorMessage": "it is broken"},
}


def error(text: str, **fields: str) -> str:
    return json.dumps({"level": "ERROR", "message": text, **fields})


@pytest.fixture
def logs() -> FakeLogs:
    return FakeLogs()


def cause(logs: FakeLogs, body: str = "{}", sent: str = SENT, **attributes: str) -> Cause:
    (found,) = causes([QueueMessage(ID, body, sent, 3, attributes)], [WORKER], [WORKER, SENDER], logs)
    return found


def test_the_last_invocation_that_names_it_is_the_cause(logs: FakeLogs) -> None:
    for number, text in enumerate(("first", "second")):
        lines = [
            f"START RequestId: r{number} Version: 1",
            error("of another message"),
            error(text, message_id=ID, function_request_id=f"r{number}"),
        ]
        logs.write(WORKER.log_group, "s", [(AT + number * 1000 + at, line) for at, line in enumerate(lines)])
    logs.write(WORKER.log_group, "t", [(AT + 5000, "START RequestId: r9"), (AT + 5001, error("not this one"))])
    found = cause(logs)
    assert (found.text, found.function, found.request, found.sure) == ("second", "worker-local", "r1", True)
    assert "not this one" not in [line.text for line in found.lines]


def test_of_several_messages_in_an_invocation_the_error_of_its_own_is_meant(logs: FakeLogs) -> None:
    lines = ["START RequestId: r1", error("failed", message_id=ID, reason="refused"), error("other", message_id="x")]
    logs.write(WORKER.log_group, "s", [(AT + at, line) for at, line in enumerate(lines)])
    assert cause(logs).text == "failed: refused"


def test_what_lambda_says_of_a_failed_invocation(logs: FakeLogs) -> None:
    found = cause(logs, json.dumps(CONDITION))
    assert (found.text, found.function) == ("RetriesExhausted it is broken after 3 tries", "sender-local")
    logs.write(SENDER.log_group, "s", [(AT, "START RequestId: r-1"), (AT + 1, error("why"))])
    found = cause(logs, json.dumps(CONDITION))
    assert ([line.text for line in found.lines], found.request, found.sure) == (["why"], "r-1", True)


def test_what_a_dead_letter_of_a_function_says(logs: FakeLogs) -> None:
    found = cause(logs, ErrorMessage="timed out", RequestID="r-7", ErrorCode="200")
    assert (found.text, found.request, found.sure) == ("timed out (status 200)", "r-7", False)


def test_errors_since_it_was_sent_are_only_likely(logs: FakeLogs) -> None:
    early, late = (AT - 60_000, error("before it was sent")), (AT + 60_000, error("perhaps"))
    logs.write(WORKER.log_group, "s", [early, late])
    found = cause(logs)
    assert ([line.text for line in found.lines], found.sure, found.text, found.request) == (["perhaps"], False, "", "")


@pytest.mark.parametrize("body", ["", "[1]", "{", "[" * 100_000, '{"requestContext": 1}', '{"requestContext": {}}'])
def test_any_body_may_be_there(logs: FakeLogs, body: str) -> None:
    assert cause(logs, body, sent="") == Cause()
    assert not is_failure(QueueMessage(ID, body))


def test_nothing_is_read_without_messages(logs: FakeLogs) -> None:
    assert causes([], [WORKER], [], logs) == []
    assert logs.calls == []
