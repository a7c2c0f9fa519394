"""Which users does a demo have, and how do they sign in? One of each role, with a new password on every run."""

from __future__ import annotations

import secrets
import string
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import bcrypt
import pg8000.native

from handlers.common.postgresql.seeds import Revealed, Written
from handlers.stream_sales.seeds.records import insert, row

_COST = 10  # of bcrypt, as the application hashes
_PASSWORD_LENGTH = 20
# The application asks for upper, lower, digit and symbol; these symbols are taken by shells and URLs as they are.
_KINDS = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "-_.")


@dataclass(frozen=True, slots=True)
class _User:
    role: str
    name: str
    country: str = ""

    @property
    def email(self) -> str:
        return f"{self.role.replace('payment_', '')}@streamsales.com"


_USERS = (
    _User("seller", "Demo Seller", "PE"),
    _User("provider", "Demo Provider"),
    _User("payment_validator", "Demo Validator", "PE"),
    _User("conciliator", "Demo Conciliator"),
    _User("admin", "Demo Admin"),
    _User("affiliate", "Demo Affiliate", "PE"),
)


def write(connection: pg8000.native.Connection, _: bool) -> Written:
    """Six users with an empty wallet each. Those who are there get a new password, and their role and name again."""
    passwords = {user.email: _password() for user in _USERS}
    with ThreadPoolExecutor() as pool:
        hashes = dict(zip(passwords, pool.map(_hashed, passwords.values()), strict=True))
    insert(
        connection,
        "users",
        [
            row(
                email=one.email,
                password=hashes[one.email],
                name=one.name,
                role=one.role,
                countryCode=one.country or None,
            )
            for one in _USERS
        ],
        "(email) DO UPDATE SET password = excluded.password, role = excluded.role, name = excluded.name, "
        '"updatedAt" = excluded."updatedAt"',
    )
    found = dict(connection.run("SELECT email, id FROM users WHERE email LIKE '%@streamsales.com'"))
    ids = {user.role: found[user.email] for user in _USERS}
    wallets = [row(userId=id, balance=0, currency="USD", status="active") for id in ids.values()]
    written = {"users": len(_USERS), "wallets": len(insert(connection, "wallets", wallets, '("userId") DO NOTHING'))}
    written["profiles"] = _profiles(connection, ids)
    return Written(written, [Revealed(email, "password", password) for email, password in passwords.items()])


def _profiles(connection: pg8000.native.Connection, ids: dict[str, str]) -> int:
    """The affiliate's is active already, those of provider and validator wait for approval."""
    affiliate, nothing = ids["affiliate"], '("userId") DO NOTHING'
    code = f"REF-{affiliate[:8].upper()}"
    return sum(
        len(insert(connection, table, [made], nothing))
        for table, made in (
            ("affiliate_profiles", row(userId=affiliate, referralCode=code, status="active", **_EMPTY)),
            ("provider_profiles", row(userId=ids["provider"], status="pending")),
            (
                "payment_validator_profiles",
                row(userId=ids["payment_validator"], status="pending", assignedCountry="PE"),
            ),
        )
    )


_EMPTY = {
    "tier": "bronze",
    **dict.fromkeys(("totalEarnings", "pendingBalance", "availableBalance", "totalReferrals", "activeReferrals"), 0),
}


def _password() -> str:
    """A password with something of each kind."""
    letters = [secrets.choice(kind) for kind in _KINDS]
    letters += [secrets.choice("".join(_KINDS)) for _ in range(_PASSWORD_LENGTH - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _hashed(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(_COST)).decode()
