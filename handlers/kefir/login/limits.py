"""How many codes go to one mailbox, and how many logins begin at one address of the network."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.kefir.data.timestamps import iso

MAX_CODES, WINDOW = 5, timedelta(minutes=15)
_IPV6_NETWORK = 64  # bits; one customer of a provider has all the addresses behind them


def count_code(table: Table, email: str, now: datetime) -> bool:
    """Counts a code that is about to be sent; False if the mailbox has had as many as it may. Addresses that differ in
    what follows a ``+`` have one mailbox."""
    name, _, domain = email.rpartition("@")
    return _count(table, (f"AUTH#{name.partition('+')[0]}@{domain}", "LOGINS"), MAX_CODES, now)


def count_login(table: Table, source: str, most: int, now: datetime) -> bool:
    """Counts a login that begins at a ``source`` (see there); False if there were ``most`` before. Logins without a
    known source are not counted."""
    return not source or _count(table, (f"SOURCE#{source}", "LOGINS"), most, now)


def source_of(address: str) -> str:
    """Where a request comes from by its address on the network: an IPv4 address, or the part of an IPv6 address that
    one customer of a provider has. "" if the address is not known, or is that of the machine itself, as on stage
    local, and says nothing about who asks."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if parsed.is_loopback:
        return ""
    if isinstance(parsed, IPv6Address):
        return f"{IPv6Address(int(parsed) >> _IPV6_NETWORK << _IPV6_NETWORK)}/{_IPV6_NETWORK}"
    return str(parsed)


def _count(table: Table, key: Key, most: int, now: datetime) -> bool:
    """Counts in the window, which begins with the first of its counts."""
    values = {"one": 1, "most": most, "now": iso(now)}
    try:
        table.update(key, "ADD logins :one", values, "windowEnds > :now AND logins < :most")
    except ConditionFailed:
        return _begin_window(table, key, most, now)
    return True


def _begin_window(table: Table, key: Key, most: int, now: datetime) -> bool:
    """Begins a window if none is open. Of several at the same moment one begins it, and the others count in it."""
    ends = now + WINDOW
    values = {"one": 1, "now": iso(now), "ends": iso(ends), "ttl": int(ends.timestamp())}
    begin = "SET logins = :one, windowEnds = :ends, #TTL = :ttl"
    try:
        table.update(key, begin, values, "attribute_not_exists(windowEnds) OR windowEnds <= :now")
    except ConditionFailed:
        return _count_in_window(table, key, most)
    return True


def _count_in_window(table: Table, key: Key, most: int) -> bool:
    try:
        table.update(key, "ADD logins :one", {"one": 1, "most": most}, "logins < :most")
    except ConditionFailed:
        return False
    return True
