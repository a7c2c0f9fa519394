"""The retry policy for calls to a service that throttles, fails or cannot be reached.

The SDK's own retries end after a number of attempts, and those of a client after 100 in total (its retry quota), so
fifty stacks deployed at once would fail just for their number. Throttled calls are therefore repeated for minutes,
with exponential backoff and full jitter.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# The SDK counts these as throttling: they are quotas and conflicts, which waiting does not resolve.
_NOT_THROTTLING = {"LimitExceededException", "TransactionInProgressException"}


@dataclass(frozen=True)
class RetryPolicy:
    """``attempts`` for calls that fail or time out, ``throttled`` for throttled ones. The delay before attempt n+1 is
    random, up to ``first`` * 2^(n-1) and at most ``longest`` seconds, half of that on average: 55 s for the default
    ten attempts and four and a half minutes for thirty."""

    attempts: int = 10
    throttled: int = 30
    first: float = 1.0
    longest: float = 20.0

    def attach(self, client: Any) -> None:
        """Registers the policy with a botocore client, which must have been created without retries."""
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"needs-retry.{service}", self.delay, unique_id=f"pkgops-retries-{service}")

    def delay(self, attempts: int, **asked: Any) -> float | None:
        """Seconds until the next attempt, None for no retry. A handler of the SDK's needs-retry event."""
        from botocore.retries.standard import RetryEventAdapter

        context = RetryEventAdapter().create_retry_context(attempts=attempts, **asked)
        throttled = attempts < self.throttled and context.get_error_code() in throttling_codes()
        if not throttled and not self._failures.is_retryable(context):
            return None
        return random.uniform(0, min(self.longest, self.first * 2.0 ** (attempts - 1)))  # noqa: S311 - no secret

    @cached_property
    def _failures(self) -> Any:
        from botocore.retries.standard import StandardRetryConditions

        return StandardRetryConditions(max_attempts=self.attempts)


FOR_AWS = RetryPolicy()
FOR_EMULATOR = RetryPolicy(attempts=2, throttled=2, first=0.1)
NO_RETRIES = RetryPolicy(attempts=1, throttled=1)


def throttling_codes() -> set[str]:
    """The error codes for throttling."""
    from botocore.retries.standard import ThrottledRetryableChecker

    return set(ThrottledRetryableChecker._THROTTLED_ERROR_CODES) - _NOT_THROTTLING
