"""Who may process reminders now? One run at a time, whatever the account's quota of concurrent executions.

Runs that overlap would send the same reminders. A run takes the lease, one item of the table, and gives it back at its
end; what a killed run holds ends by itself, after the time that Lambda allows a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger
from handlers.kefir.data.timestamps import iso

KEY: Key = ("LEASE#REMINDERS", "LEASE#REMINDERS")
_SKEW = 5.0  # seconds by which the clocks of two runs may differ


@contextmanager
def lease(table: Table, holder: str, now: datetime, seconds: float) -> Iterator[bool]:
    """Whether the run ``holder`` has the lease, which it holds for the block and at most ``seconds``."""
    ends = now + timedelta(seconds=seconds + _SKEW)
    values = {"holder": holder, "now": iso(now), "ends": iso(ends), "ttl": int(ends.timestamp())}
    take = "SET holder = :holder, leaseEnds = :ends, #TTL = :ttl"
    try:
        table.update(KEY, take, values, "attribute_not_exists(leaseEnds) OR leaseEnds <= :now OR holder = :holder")
    except ConditionFailed:
        logger.info("Another run is processing reminders")
        yield False
        return
    try:
        yield True
    finally:
        _give_back(table, holder, now)


def _give_back(table: Table, holder: str, now: datetime) -> None:
    """Ends the lease, unless another run has taken it because this one was too long."""
    try:
        table.update(KEY, "SET leaseEnds = :now", {"holder": holder, "now": iso(now)}, "holder = :holder")
    except ConditionFailed:
        logger.warning("The lease had ended before the run")
