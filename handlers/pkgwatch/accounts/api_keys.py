"""API keys: what is stored of them, and how a request's key is recognized."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.web.errors import ApiError
from handlers.pkgwatch.accounts.plans import monthly_limit

PREFIX = "pw_"
USER_META, SESSIONS = "USER_META", "SESSIONS"

_OTHER_RECORDS = ("PENDING", USER_META, SESSIONS, "PENDING_DISPLAY", "PENDING_RECOVERY_CODES")
_OTHER_PREFIXES = ("RECOVERY_", "EMAIL_CHANGE_")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that was recognized. ``requests_this_month`` is the key's own count, for statistics: the user's
    quota is counted by `handlers.pkgwatch.usage.metering`."""

    user_id: str
    key_hash: str
    tier: str
    monthly_limit: int
    requests_this_month: int
    created_at: str | None
    email: str | None


def key_hash(clear: str) -> str:
    """The hash by which a clear key is stored."""
    return hashlib.sha256(clear.encode("utf-8", "replace")).hexdigest()


def is_key_record(sort_key: str) -> bool:
    """Whether an item of a user is an API key."""
    return sort_key not in _OTHER_RECORDS and not sort_key.startswith(_OTHER_PREFIXES)


def is_account_record(sort_key: str) -> bool:
    """Whether an item of a user is the user's record or an API key."""
    return sort_key == USER_META or is_key_record(sort_key)


def find(keys: Table, clear: str, circuit: CircuitBreaker) -> ApiKey | None:
    """The owner of a clear key; None if it is malformed, unknown, or the table does not answer."""
    if not clear.startswith(PREFIX) or not circuit.allows():
        return None
    try:
        records = keys.query("key-hash-index", "key_hash", key_hash(clear))
    except ServiceError:
        circuit.failed()
        logger.exception("API key could not be looked up")
        return None
    circuit.succeeded()
    return next((_api_key(record) for record in records if is_key_record(record["sk"])), None)


def required(keys: Table, clear: str, circuit: CircuitBreaker) -> ApiKey:
    """As `find`, but 401 ``invalid_api_key`` instead of None."""
    found = find(keys, clear, circuit)
    if found is None:
        raise ApiError(401, "invalid_api_key", "Send a valid API key in the X-API-Key header.")
    return found


def _api_key(record: Mapping[str, Any]) -> ApiKey:
    tier = record.get("tier") or "free"
    return ApiKey(
        user_id=record["pk"],
        key_hash=record["sk"],
        tier=tier,
        monthly_limit=monthly_limit(tier),
        requests_this_month=record.get("requests_this_month") or 0,
        created_at=record.get("created_at"),
        email=record.get("email"),
    )
