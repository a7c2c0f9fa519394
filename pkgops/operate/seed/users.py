"""Creating the users who may log in, where they are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pkgops.errors import PkgopsError
from pkgops.operate.seed.report import KindCount, RevealedValue
from pkgops.ports.users import NewUser
from pkgops.seeds import UserId

if TYPE_CHECKING:
    from pkgops.ports.users import Users
    from pkgops.seeds import SeedItem, SeedUser

KIND = "login"


@dataclass(slots=True)
class UsersResult:
    """What became of the users: their count, a sentence per failure, the passwords to show, and ids by address."""

    count: KindCount
    failures: tuple[str, ...]
    revealed: tuple[RevealedValue, ...]
    ids: Mapping[str, str]


def create_users(users: Sequence[SeedUser], pools: Mapping[str, str], port: Users) -> UsersResult:
    """Creates each in its pool (``pools``: ids by reference) where the address is unused. Ids are looked up for those
    with a password of their own, who are there to be logged in as."""
    existing, failures, revealed = 0, [], []
    ids: dict[str, str] = {}
    for user in users:
        try:
            if not _create(user, pools[user.pool], port, ids):
                existing += 1
            elif user.password:
                revealed.append(RevealedValue(f"user {user.email}", "password", user.password))
        except PkgopsError as error:
            failures.append(" ".join(filter(None, (error.message, error.hint))))
    written = len(users) - existing - len(failures)
    return UsersResult(KindCount(KIND, written, existing, len(failures)), tuple(failures), tuple(revealed), ids)


def with_owners(items: Iterable[SeedItem], ids: Mapping[str, str]) -> tuple[SeedItem, ...]:
    """The items with every `UserId` replaced by the id; those of users who are not there are left out."""
    found = []
    for item in items:
        every = (item.item, *item.related)
        emails = {value.email for each in every for value in each.values() if isinstance(value, UserId)}
        if emails <= ids.keys():
            whole, *related = ({name: _id(value, ids) for name, value in each.items()} for each in every)
            found.append(replace(item, item=whole, related=tuple(related)) if emails else item)
    return tuple(found)


def _id(value: Any, ids: Mapping[str, str]) -> Any:
    return ids[value.email] if isinstance(value, UserId) else value


def _create(user: SeedUser, pool: str, port: Users, ids: dict[str, str]) -> bool:
    """True if the user was created."""
    if not user.password:
        return port.put_if_absent(pool, user.email)
    wanted = user.email.casefold()
    known = next((one for one in port.users(pool) if wanted in (one.email.casefold(), one.name.casefold())), None)
    if known is None:
        attributes = {"email": user.email, "email_verified": "true"}
        ids[user.email] = port.create(pool, NewUser(user.email, user.password, attributes=attributes)).name
        return True
    ids[user.email] = known.name
    return False
