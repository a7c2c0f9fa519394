"""GET /auth/pending-recovery-codes: shows a new user the first recovery codes, once."""

from __future__ import annotations

from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.web.errors import ApiError
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions, shown_once
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """The codes made when the user signed up; of many requests one gets them, and only soon after."""
    session, keys = sessions.read(call.request, call.now), tables.api_keys()
    shown = shown_once.take(keys, session.user_id, shown_once.RECOVERY_CODES, call.now)
    if shown is None:
        raise ApiError(404, "no_pending_codes", "There are no new codes to show. Make new ones if you lost yours.")
    _mark_as_shown(keys, session.user_id)
    body = {"codes": shown["codes"], "message": "Keep the codes safe: they are not shown again."}
    return json_response(200, body)


def _mark_as_shown(keys: Table, owner: str) -> None:
    """Best effort: the codes are gone from the table, so they have to be shown."""
    try:
        keys.update((owner, USER_META), "SET recovery_codes_shown = :yes", {"yes": True}, "attribute_exists(pk)")
    except ConditionFailed:
        logger.warning("A user has recovery codes but no record")
    except ServiceError:
        logger.exception("It was not noted that recovery codes were shown")


ROUTES: Routes[Call] = {"GET /auth/pending-recovery-codes": answer}
