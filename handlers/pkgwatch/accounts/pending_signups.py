"""Sign-ups whose verification link was not followed yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.tokens import new_token
from handlers.pkgwatch.accounts.users import PENDING, user_id

LIFE = timedelta(hours=24)
COOLDOWN = timedelta(seconds=60)

_KEPT = timedelta(hours=25)  # until DynamoDB may remove the item


def begin(keys: Table, email: str, referral_code: str | None, now: datetime) -> str | None:
    """A token to mail to ``email``, None if one was sent a moment ago. An earlier sign-up that has not run out
    goes on with a new token; one that has is replaced."""
    key = (user_id(email), PENDING)
    over = "attribute_not_exists(verification_expires) OR verification_expires <= :now"
    try:
        keys.take(key, over, {"now": iso(now)})
    except ConditionFailed:
        return renew(keys, email, now)
    token = new_token()
    item = {
        "pk": key[0],
        "sk": key[1],
        "email": email,
        "email_verified": False,
        "verification_token": token,
        "verification_expires": iso(now + LIFE),
        "last_verification_sent": iso(now),
        "created_at": iso(now),
        "ttl": int((now + _KEPT).timestamp()),
        **({"referral_code_used": referral_code} if referral_code else {}),
    }
    try:
        keys.put(item, "attribute_not_exists(pk)")
    except ConditionFailed:
        return None  # another request has just begun one, and sends a mail
    return token


def renew(keys: Table, email: str, now: datetime) -> str | None:
    """A new token in place of the last one, which is no longer valid; None if there is no pending sign-up, or the last
    token was sent a moment ago."""
    token = new_token()
    values = {
        "token": token,
        "expires": iso(now + LIFE),
        "now": iso(now),
        "ttl": int((now + _KEPT).timestamp()),
        "before": iso(now - COOLDOWN),
    }
    try:
        keys.update(
            (user_id(email), PENDING),
            "SET verification_token = :token, verification_expires = :expires, last_verification_sent = :now, "
            "#ttl = :ttl",
            values,
            "attribute_exists(pk) AND "
            "(attribute_not_exists(last_verification_sent) OR last_verification_sent <= :before)",
        )
    except ConditionFailed:
        return None
    return token
