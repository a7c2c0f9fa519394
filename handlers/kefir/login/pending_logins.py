"""Logins that wait for their code, and the limit of codes for one address."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.kefir.data.items import key_attributes
from handlers.kefir.data.timestamps import iso, parse

LIFETIME = timedelta(minutes=3)
MAX_LOGINS, WINDOW = 5, timedelta(minutes=15)


def save_session(table: Table, email: str, session: str, now: datetime) -> None:
    """Saves the session that takes the code sent to an address: the app does not carry it between its screens."""
    expires = now + LIFETIME
    item = {
        **key_attributes(_session_key(email)),
        "session": session,
        "expiresAt": iso(expires),
        "updatedAt": iso(now),
        "TTL": int(expires.timestamp()),
    }
    table.put(item)


def saved_session(table: Table, email: str, now: datetime) -> str:
    """The session saved for an address, "" if there is none or it has expired."""
    item = table.get(_session_key(email), consistent=True)
    return str(item["session"]) if item and parse(item["expiresAt"]) > now else ""


def delete_session(table: Table, email: str) -> None:
    """Ends the login that waits for its code."""
    table.delete(_session_key(email))


def count_login(table: Table, email: str, now: datetime) -> bool:
    """Counts a login; False if the limit of the window, which begins with the first login, is exceeded."""
    key = (f"AUTH#{email}", "LOGINS")
    values = {"one": 1, "most": MAX_LOGINS, "now": iso(now)}
    try:
        table.update(key, "ADD logins :one", values, "windowEnds > :now AND logins < :most")
    except ConditionFailed:
        return _begin_window(table, key, now)
    return True


def _begin_window(table: Table, key: Key, now: datetime) -> bool:
    """Begins a window if none is open. Of several logins at the same moment one begins it, and the others count in
    it."""
    ends = now + WINDOW
    values = {"one": 1, "now": iso(now), "ends": iso(ends), "ttl": int(ends.timestamp())}
    begin = "SET logins = :one, windowEnds = :ends, #TTL = :ttl"
    try:
        table.update(key, begin, values, "attribute_not_exists(windowEnds) OR windowEnds <= :now")
    except ConditionFailed:
        return _count_in_window(table, key)
    return True


def _count_in_window(table: Table, key: Key) -> bool:
    try:
        table.update(key, "ADD logins :one", {"one": 1, "most": MAX_LOGINS}, "logins < :most")
    except ConditionFailed:
        return False
    return True


def _session_key(email: str) -> Key:
    return (f"AUTH#{email}", "SESSION")
