"""Referrals and their states.

A referral is one item, ``pk`` the referrer, ``sk`` ``<referred>#<state>``; its state only moves up: pending, signup,
paid, retained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Key, Table
from handlers.common.timestamps import iso
from handlers.common.transactions import Write, check, delete, put

STATES = ("pending", "signup", "paid", "retained")

_ABSENT = "attribute_not_exists(pk)"


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral by the user ids of the referrer and the referred user."""

    referrer: str
    referred: str

    def key(self, state: str) -> Key:
        """The key of the referral's item while it is in a state."""
        return self.referrer, f"{self.referred}#{state}"


def claim(events: Table, referral: Referral, item: Mapping[str, Any]) -> list[Write]:
    """The writes that move a referral to the state of ``item``: a condition fails if the referral is in that state or
    a later one."""
    above = STATES[STATES.index(item["event_type"]) + 1 :]
    return [put(events, item, _ABSENT), *(check(events, referral.key(later), _ABSENT) for later in above)]


def remove_lower_states(events: Table, referral: Referral, state: str) -> list[Write]:
    """The writes that remove the items of lower states."""
    return [delete(events, referral.key(old)) for old in STATES[: STATES.index(state)]]


def event_item(referral: Referral, state: str, reward: int, now: datetime, **more: Any) -> dict[str, Any]:
    """The item of a referral in a state; ``more`` are further attributes, left out where None."""
    pk, sk = referral.key(state)
    return {
        "pk": pk,
        "sk": sk,
        "referred_id": referral.referred,
        "event_type": state,
        "created_at": iso(now),
        "reward_amount": reward,
        **{name: value for name, value in more.items() if value is not None},
    }


def masked_email(events: Table, referral: Referral, state: str) -> str | None:
    """The referred user's masked address from the items of the states below ``state``."""
    below = STATES[: STATES.index(state)]
    found = (events.get(referral.key(old), consistent=True) for old in below)
    return next((item["referred_email_masked"] for item in found if item and item.get("referred_email_masked")), None)


def furthest(items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One item a referred user, that of the highest state; latest first."""
    found: dict[str, Mapping[str, Any]] = {}
    for item in sorted(items, key=_rank):
        found[item["sk"].rpartition("#")[0]] = item
    return sorted(found.values(), key=lambda item: item.get("created_at") or "", reverse=True)


def state_of(item: Mapping[str, Any]) -> str:
    """The state of an item."""
    return str(item["sk"].rpartition("#")[2])


def _rank(item: Mapping[str, Any]) -> int:
    state = state_of(item)
    return STATES.index(state) if state in STATES else -1
