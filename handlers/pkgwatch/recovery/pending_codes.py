"""What is the answer to GET /auth/pending-recovery-codes?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.accounts.api_keys import USER_META

SHOWN_FOR = timedelta(minutes=5)

_SORT_KEY = "PENDING_RECOVERY_CODES"


def display(owner: str, codes: Sequence[str], now: datetime) -> dict[str, Any]:
    """The item that keeps a new user's recovery codes until they are shown."""
    expires = int((now + SHOWN_FOR).timestamp())
    return {"pk": owner, "sk": _SORT_KEY, "codes": list(codes), "created_at": iso(now), "ttl": expires}


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """The codes made when the user signed up; of all who ask, one sees them, and only soon after."""
    session = sessions.read(request, now)
    shown = keys.take((session.user_id, _SORT_KEY))
    if shown is None or shown.get("ttl", 0) <= now.timestamp():
        raise ApiError(404, "no_pending_codes", "There are no new codes to show. Make new ones if you lost yours.")
    _remember(keys, session.user_id)
    body = {"codes": shown["codes"], "message": "Keep the codes safe: they are not shown again."}
    return json_response(200, body, {"Cache-Control": NO_STORE})


def _remember(keys: Table, owner: str) -> None:
    """Best effort: the codes are gone from the table, so they have to be shown."""
    try:
        keys.update((owner, USER_META), "SET recovery_codes_shown = :yes", {"yes": True}, "attribute_exists(pk)")
    except ConditionFailed:
        logger.warning("A user has recovery codes but no record")
    except ServiceError:
        logger.exception("It was not noted that recovery codes were shown")
