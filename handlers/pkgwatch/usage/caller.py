"""Who asks for a package: the owner of an API key, or somebody trying it out?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import Table
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.pkgwatch.accounts import api_keys
from handlers.pkgwatch.usage.ip_limits import DEMO_LIMIT, count_demo, demo_reset

SIGNUP_URL = "https://pkgwatch.dev/start"


@dataclass(frozen=True, slots=True)
class Caller:
    """``key`` is None in demo mode, where ``demo_requests`` were made this hour. ``warning`` are the headers
    that say a key was sent but not recognized."""

    key: api_keys.ApiKey | None
    demo_requests: int
    warning: dict[str, str]


def identify(request: Request, keys: Table, circuit: CircuitBreaker, now: datetime) -> Caller:
    """The caller of a request that needs no key; a demo request is counted. Raises 429
    ``demo_rate_limit_exceeded``."""
    clear = request.header("x-api-key")
    key = api_keys.find(keys, clear, circuit) if clear else None
    if key:
        return Caller(key, 0, {})
    warning = {"X-Auth-Warning": "api_key_not_recognized"} if clear else {}
    made = count_demo(keys, request.source_ip, now)
    if made is None:
        raise _demo_over(warning)
    return Caller(None, made, warning)


def demo_headers(caller: Caller, now: datetime) -> dict[str, str]:
    """The rate headers of a demo answer."""
    return {
        "X-Demo-Mode": "true",
        "X-RateLimit-Limit": str(DEMO_LIMIT),
        "X-RateLimit-Remaining": str(DEMO_LIMIT - caller.demo_requests),
        "X-RateLimit-Reset": str(demo_reset(now)),
    }


def _demo_over(warning: dict[str, str]) -> ApiError:
    return ApiError(
        429,
        "demo_rate_limit_exceeded",
        f"The demo allows {DEMO_LIMIT} requests an hour. Sign up for a free API key.",
        extra={"retry_after_seconds": 3600, "signup_url": SIGNUP_URL},
        headers={
            "Retry-After": "3600",
            "X-RateLimit-Limit": str(DEMO_LIMIT),
            "X-RateLimit-Remaining": "0",
            **warning,
        },
    )
