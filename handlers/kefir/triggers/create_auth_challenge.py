"""Cognito, at the beginning of a round: which code is asked for?"""

from __future__ import annotations

from typing import Any

from handlers.common.logs import begin
from handlers.kefir.shared import code_mail
from handlers.kefir.shared.challenge import pose
from handlers.kefir.shared.settings import settings


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `challenge.pose`."""
    begin("kefir", context)
    event["response"] |= pose(event["request"], _deliver)
    return event


def _deliver(email: str, code: str) -> None:
    code_mail.deliver(settings().from_email, email, code, settings().codes_logged)
