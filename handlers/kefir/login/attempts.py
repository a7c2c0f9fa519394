"""Which code does a login get when Cognito calls its trigger again?

Cognito waits five seconds for a trigger, and calls it up to two more times. What the last call answers counts, but the
mail of an earlier one may have arrived. A call that has not ended leaves its code in a row of the address, and the call
that comes after it, no sooner than those five seconds, goes on with that code. A login that begins meanwhile, by
whomever, has a code of its own.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.kefir.data.timestamps import iso
from handlers.kefir.login.codes import LIFETIME, Code

# A repeated call comes within these times of the one before: five seconds, by clocks that may differ.
_SOONEST, _LATEST = timedelta(seconds=4), timedelta(seconds=10)


def begin(table: Table, email: str, code: Code, now: datetime) -> None:
    """Notes the code of a call that has begun."""
    expires = int((now + LIFETIME).timestamp())
    values = {"id": code.id, "digits": code.digits, "now": iso(now), "ttl": expires}
    table.update(_key(email), "SET codeId = :id, digits = :digits, calledAt = :now, #TTL = :ttl", values)


def resume(table: Table, email: str, now: datetime) -> Code | None:
    """The code of a call that has not ended, if this one may be its repetition; None for a login of its own."""
    values = {"now": iso(now), "soonest": iso(now - _LATEST), "latest": iso(now - _SOONEST)}
    open_ = "attribute_exists(digits) AND calledAt BETWEEN :soonest AND :latest"
    try:
        found = table.update(_key(email), "SET calledAt = :now", values, open_, "ALL_NEW")
    except ConditionFailed:
        return None
    return Code(str(found["codeId"]), str(found["digits"]))


def end(table: Table, email: str, code: Code) -> None:
    """Forgets the code of a call whose mail has been sent."""
    with suppress(ConditionFailed):  # another login has begun since
        table.update(_key(email), "REMOVE digits", {"id": code.id}, "codeId = :id")


def _key(email: str) -> Key:
    return (f"AUTH#{email}", "CALL")
