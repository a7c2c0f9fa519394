"""Cognito, at the end of a round: was that the code?"""

from __future__ import annotations

from typing import Any

from handlers.kefir.shared.challenge import judge


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `challenge.judge`."""
    event["response"] |= judge(event["request"])
    return event
