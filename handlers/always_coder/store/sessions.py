"""Sessions: one terminal and its viewers.

Frames of different connections are handled at the same time by different invocations. So no change is made to what was
read a moment ago: each is one conditional write, and what the write found tells what it meant.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.always_coder.runtime.tables import sessions_table
from handlers.always_coder.store.clock import SESSION_SECONDS, expiry, now
from handlers.common.dynamodb import ConditionFailed

PENDING, ACTIVE, PAUSED, CLOSED = "pending", "active", "paused", "closed"
AWAY = ""  # the connection of a terminal that is not connected

_ATTEMPTS = 60
_EXISTS = "attribute_exists(sessionId)"
_TOUCH = "SET lastActiveAt = :now, #ttl = :ttl"

Session = dict[str, Any]


def create(session: str, connection: str, public_key: str, user: str) -> bool:
    """Creates a session of a terminal; False if there is one of that id."""
    time_now = now()
    item = {
        "sessionId": session,
        "cliConnectionId": connection,
        "cliPublicKey": public_key,
        "webConnectionIds": [],
        "status": PENDING,
        "createdAt": time_now,
        "lastActiveAt": time_now,
        "userId": user,
        "ttl": expiry(SESSION_SECONDS),
    }
    try:
        sessions_table().put(item, "attribute_not_exists(sessionId)")
    except ConditionFailed:
        return False
    return True


def find(session: str) -> Session | None:
    """The session of that id."""
    return sessions_table().get((session,), consistent=True)


def attach_cli(session: str, connection: str) -> Session | None:
    """Gives the session its terminal again; the session after that, None if there is none."""
    return _change(
        session,
        ", cliConnectionId = :cli, #status = :status",
        {"cli": connection, "status": PENDING},
    )


def detach_cli(session: str, connection: str) -> Session | None:
    """Closes the session, if its terminal is still this connection and not a later one; None otherwise."""
    return _change(
        session,
        ", cliConnectionId = :away, #status = :status",
        {"away": AWAY, "status": CLOSED, "cli": connection},
        "cliConnectionId = :cli",
    )


def describe(session: str, metadata: Mapping[str, Any]) -> None:
    """Sets attributes of a session that exists."""
    _change(session, "".join(f", #{name} = :{name}" for name in metadata), metadata)


def add_web(session: str, connection: str) -> Session | None:
    """Adds a viewer once, however often it joins; the session after that, None if there is none."""
    seen = find(session)
    for _ in _attempts():
        if seen is None:
            return None
        joined, cli = connection in seen["webConnectionIds"], seen["cliConnectionId"]
        change = "" if joined else ", webConnectionIds = list_append(webConnectionIds, :webs)"
        change += "" if cli == AWAY else ", #status = :status"
        values = {"cli": cli, "web": connection}
        values |= {} if joined else {"webs": [connection]}
        values |= {} if cli == AWAY else {"status": ACTIVE}
        condition = f"cliConnectionId = :cli AND {'' if joined else 'NOT '}contains(webConnectionIds, :web)"
        try:
            return _update(session, change, values, condition)
        except ConditionFailed as changed:
            seen = changed.item
    raise TimeoutError("the session changes too often")


def remove_web(session: str, connection: str) -> None:
    """Removes a viewer; the session pauses when the last one leaves while its terminal is there."""
    seen = find(session)
    for _ in _attempts():
        if seen is None or connection not in seen["webConnectionIds"]:
            return
        place, cli = seen["webConnectionIds"].index(connection), seen["cliConnectionId"]
        last = len(seen["webConnectionIds"]) == 1
        values: dict[str, Any] = {"web": connection, "one": 1}
        condition = f"webConnectionIds[{place}] = :web AND size(webConnectionIds) {'=' if last else '>'} :one"
        change = ""
        if last:
            condition, values = f"{condition} AND cliConnectionId = :cli", {**values, "cli": cli}
        if last and cli != AWAY:
            change, values = ", #status = :status", {**values, "status": PAUSED}
        try:
            _update(session, f"{change} REMOVE webConnectionIds[{place}]", values, condition)
        except ConditionFailed as changed:
            seen = changed.item
        else:
            return
    raise TimeoutError("the session changes too often")


def delete(session: str, user: str) -> None:
    """Deletes a session of that user. Raises `ConditionFailed` with the session, or None if there is none."""
    sessions_table().take((session,), "#userId = :user", {"user": user})


def of_user(user: str, closed: bool) -> Iterator[Session]:
    """The sessions of a user, newest first; closed ones if asked for."""
    matching, values = ("", {}) if closed else ("#status <> :closed", {"closed": CLOSED})
    return sessions_table().pages("userId-index", "userId = :user", {"user": user, **values}, matching, descending=True)


def _change(session: str, change: str, values: Mapping[str, Any], condition: str = _EXISTS) -> Session | None:
    try:
        return _update(session, change, values, condition)
    except ConditionFailed:
        return None


def _update(session: str, change: str, values: Mapping[str, Any], condition: str) -> Session:
    times = {"now": now(), "ttl": expiry(SESSION_SECONDS)}
    return sessions_table().update((session,), _TOUCH + change, {**values, **times}, condition, "ALL_NEW")


def _attempts() -> Iterator[int]:
    """Attempts at a change that others make at the same time, with a pause between them that spreads them."""
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, min(0.01 * attempt, 0.2)))  # noqa: S311 - spreads load
        yield attempt
