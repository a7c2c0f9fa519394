"""Contract: events and answers have the size limits of AWS Lambda."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator
LARGEST = 6 * 1024 * 1024


@pytest.fixture
def sizing(function):
    """A function that answers a text of so many characters, or tells the length of a text."""
    return function("def handler(event, context): return 'x' * event if isinstance(event, int) else len(event)")


def test_an_answer_of_more_than_six_megabytes_is_an_error(sizing, aws):
    assert len(sizing(LARGEST - 2)) == LARGEST - 2
    refused = aws("lambda").invoke(FunctionName=sizing.name, Payload=b"7000000")
    assert (refused["StatusCode"], refused["FunctionError"]) == (200, "Unhandled")
    answer = json.loads(refused["Payload"].read())
    assert answer["errorType"] == "Function.ResponseSizeTooLarge"
    assert answer["errorMessage"] == ("Response payload size exceeded maximum allowed payload size (6291556 bytes).")
    assert sizing(1) == "x"


def test_an_event_of_more_than_six_megabytes_is_refused(sizing, aws):
    assert sizing("x" * (LARGEST - 2)) == LARGEST - 2
    with pytest.raises(aws("lambda").exceptions.ClientError) as refused:
        sizing("x" * LARGEST)
    assert refused.value.response["Error"]["Code"] == "RequestEntityTooLargeException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert "Request must be smaller than 6291456 bytes" in str(refused.value)


def test_an_asynchronous_event_of_more_than_a_megabyte_is_refused(sizing, aws):
    body = json.dumps("x" * 1024 * 1024).encode()
    with pytest.raises(aws("lambda").exceptions.ClientError) as refused:
        aws("lambda").invoke(FunctionName=sizing.name, InvocationType="Event", Payload=body)
    assert f"{len(body)} byte payload is too large for the Event invocation type" in str(refused.value)
