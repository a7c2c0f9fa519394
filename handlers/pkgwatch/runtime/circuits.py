"""The circuit breakers of one container."""

from __future__ import annotations

from handlers.common.circuit_breaker import CircuitBreaker

DYNAMODB = CircuitBreaker(failures=3, timeout=30, successes=2, probes=2)
