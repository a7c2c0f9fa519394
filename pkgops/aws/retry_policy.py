"""How long does the tool keep asking a service that refuses, fails or cannot be reached?

The SDK's own retries end after a number of tries, and all calls of a client together after 100 of them (its retry
quota), so that fifty stacks deployed at once would fail for nothing but their number. What is refused for its rate
alone is therefore asked again for minutes, each time after a random part (full jitter) of a span that doubles.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# The SDK counts these among the throttled: they are quotas and conflicts, and don't pass with time alone.
_NO_MATTER_OF_RATE = {"LimitExceededException", "TransactionInProgressException"}


@dataclass(frozen=True)
class RetryPolicy:
    """``attempts`` for what fails or does not answer, ``throttled`` for what is refused for its rate. The wait
    before try n+1 is random up to ``first`` * 2^(n-1), at most ``longest`` seconds: half of that on average, so
    that the defaults make 55 s of ten tries and four and a half minutes of thirty."""

    attempts: int = 10
    throttled: int = 30
    first: float = 1.0
    longest: float = 20.0

    def join(self, client: Any) -> None:
        """Makes this the retries of a botocore client, which must have been made with none of its own."""
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"needs-retry.{service}", self.wait, unique_id=f"pkgops-patience-{service}")

    def wait(self, attempts: int, **asked: Any) -> float | None:
        """Seconds until the next try; None if what came back stands. A handler of the SDK's needs-retry event."""
        from botocore.retries.standard import RetryEventAdapter

        context = RetryEventAdapter().create_retry_context(attempts=attempts, **asked)
        throttled = attempts < self.throttled and context.get_error_code() in throttles()
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


def throttles() -> set[str]:
    """The error codes by which services say that they are asked too often."""
    from botocore.retries.standard import ThrottledRetryableChecker

    return set(ThrottledRetryableChecker._THROTTLED_ERROR_CODES) - _NO_MATTER_OF_RATE
