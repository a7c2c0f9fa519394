"""The retry policy: how long calls are repeated, with which delays, and which are not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from pkgops.aws.connection.retry_policy import FOR_AWS, NO_RETRIES, RetryPolicy

POLICY = RetryPolicy(attempts=3, throttled=8, first=1.0, longest=10.0)


def wait(policy: RetryPolicy, attempts: int, code: str = "", status: int = 400, error: Any = None) -> float | None:
    answer = (SimpleNamespace(status_code=status, headers={}), {"Error": {"Code": code}})
    service = SimpleNamespace(service_name="cloudformation")
    operation = SimpleNamespace(error_shapes=[], name="DescribeStacks", service_model=service)
    asked = {"operation": operation, "request_dict": {"context": {}}, "endpoint": None}
    response = None if error else answer
    return policy.delay(attempts=attempts, response=response, caught_exception=error, **asked)


@pytest.mark.parametrize("code", ["Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown"])
def test_what_is_refused_for_its_rate_is_asked_longest(code: str) -> None:
    assert all(wait(POLICY, attempt, code) is not None for attempt in range(1, 8))
    assert wait(POLICY, 8, code) is None


def test_what_fails_or_does_not_answer_is_asked_less_often() -> None:
    gone = EndpointConnectionError(endpoint_url="https://x")
    for failure in ({"status": 500}, {"status": 503}, {"error": gone}):
        assert [wait(POLICY, attempt, **failure) is not None for attempt in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize("code", ["ValidationError", "AccessDenied", "ExpiredToken", ""])
def test_what_is_refused_for_a_reason_is_not_repeated(code: str) -> None:
    assert wait(POLICY, 1, code) is None


def test_a_quota_does_not_grow_while_one_waits() -> None:
    """The SDK takes it for throttling; so it is repeated as often as a failure, not for minutes."""
    assert wait(POLICY, 3, "LimitExceededException") is None


def test_waits_are_random_and_double_up_to_the_longest() -> None:
    for attempt, longest in ((1, 1.0), (2, 2.0), (4, 8.0), (5, 10.0), (7, 10.0)):
        found = {wait(POLICY, attempt, "Throttling") for _ in range(200)}
        assert len(found) > 190
        assert longest * 0.9 < max(filter(None, found)) <= longest
        assert min(filter(None, found)) < longest * 0.1


def test_on_aws_a_throttled_call_is_repeated_for_minutes() -> None:
    spans = [min(FOR_AWS.longest, FOR_AWS.first * 2 ** (n - 1)) / 2 for n in range(1, FOR_AWS.throttled)]
    assert 240 < sum(spans) < 300


def test_a_function_is_called_once() -> None:
    assert wait(NO_RETRIES, 1, "TooManyRequestsException", 429) is None
    assert wait(NO_RETRIES, 1, status=500) is None
