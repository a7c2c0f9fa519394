"""Cognito, between the rounds of a login: what comes next?"""

from __future__ import annotations

from typing import Any

from handlers.kefir.shared.challenge import decide


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `challenge.decide`."""
    event["response"] |= decide(event["request"])
    return event
