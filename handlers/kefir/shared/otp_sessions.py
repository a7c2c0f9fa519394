"""Which login waits for its code, and how often was one asked for?"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.kefir.shared.items import keyed
from handlers.kefir.shared.moments import read, stamp

LIFE = timedelta(minutes=3)
LOGINS, WINDOW = 5, timedelta(minutes=15)


def keep(table: Table, email: str, session: str, now: datetime) -> None:
    """Remembers the session that takes the code sent to an address: the app does not carry it between its screens."""
    expires = now + LIFE
    item = {
        **keyed(table, _key(email)),
        "session": session,
        "expiresAt": stamp(expires),
        "updatedAt": stamp(now),
        "TTL": int(expires.timestamp()),
    }
    table.put(item)


def waiting(table: Table, email: str, now: datetime) -> str:
    """The session kept for an address, "" if there is none or it is over."""
    item = table.get(_key(email), consistent=True)
    return str(item["session"]) if item and read(item["expiresAt"]) > now else ""


def forget(table: Table, email: str) -> None:
    """No login waits any more."""
    table.delete(_key(email))


def count_login(table: Table, email: str, now: datetime) -> bool:
    """Counts a login that is asked for; False if that is one too many in the quarter of an hour since the first."""
    key = (f"AUTH#{email}", "LOGINS")
    values = {"one": 1, "most": LOGINS, "now": stamp(now)}
    try:
        table.update(key, "ADD logins :one", values, "windowEnds > :now AND logins < :most")
    except ConditionFailed:
        return _first(table, key, now)
    return True


def _first(table: Table, key: Key, now: datetime) -> bool:
    """Begins a window if none runs. Of those who try at the same moment one does, and the others count in it."""
    ends = now + WINDOW
    values = {"one": 1, "now": stamp(now), "ends": stamp(ends), "ttl": int(ends.timestamp())}
    begin = "SET logins = :one, windowEnds = :ends, #TTL = :ttl"
    try:
        table.update(key, begin, values, "attribute_not_exists(windowEnds) OR windowEnds <= :now")
    except ConditionFailed:
        return _within(table, key)
    return True


def _within(table: Table, key: Key) -> bool:
    try:
        table.update(key, "ADD logins :one", {"one": 1, "most": LOGINS}, "logins < :most")
    except ConditionFailed:
        return False
    return True


def _key(email: str) -> Key:
    return (f"AUTH#{email}", "SESSION")
