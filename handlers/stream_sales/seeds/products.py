"""Which products does a demo offer? Twelve categories of ten, each with something to sell."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import quote

import pg8000.native

from handlers.common.postgresql.seeds import Written
from handlers.stream_sales.seeds.records import insert, row

_ACCOUNTS = ("netflix", "disney", "hbo", "prime-video", "spotify", "youtube", "crunchyroll", "ai")
_LICENCE = "license"
_CONTENT = ("course", "ebook", "other")
CATEGORIES = (*_ACCOUNTS, _LICENCE, *_CONTENT)
_EACH = 10  # products of a category
_SLOTS = 5  # of an account
_LICENCES = 3  # of a product
_CENTS = (500, 5500)  # prices from and to


def write(connection: pg8000.native.Connection, asked: bool) -> Written:
    """120 products of the first provider. By name they are written again each time; otherwise only where there are
    none."""
    if not asked and connection.run("SELECT 1 FROM products LIMIT 1"):
        return Written({}, note="There are products; to add 120 more: pkgops db seed --only products")
    provider = _provider(connection)
    products = [_product(provider, category, number) for category in CATEGORIES for number in range(1, _EACH + 1)]
    variants = [
        row(productId=one["id"], name="Standard Access", price=_price(), durationDays=30, isRenewable=True)
        for one in products
    ]
    accounts = [_account(one) for one in products if one["category"] in _ACCOUNTS]
    slots = [_slot(one["id"], number) for one in accounts for number in range(1, _SLOTS + 1)]
    licences = [_licence(one) for one in products if one["category"] == _LICENCE for _ in range(_LICENCES)]
    contents = [_content(one) for one in products if one["category"] in _CONTENT]
    written = {
        "products": products,
        "product_variants": variants,
        "inventory_accounts": accounts,
        "inventory_slots": slots,
        "inventory_licenses": licences,
        "digital_content": contents,
    }
    return Written({table: len(insert(connection, table, rows)) for table, rows in written.items()})


def _provider(connection: pg8000.native.Connection) -> str:
    """The id of the first provider; of a new one, who cannot sign in, if there is none."""
    found = connection.run("SELECT id FROM users WHERE role = 'provider' ORDER BY \"createdAt\", id LIMIT 1")
    if found:
        return str(found[0][0])
    made = row(email="mock-provider@streamsales.com", password="!", name="Mock Provider", role="provider")  # noqa: S106 - no hash at all
    return insert(connection, "users", [made])[0]


def _product(provider: str, category: str, number: int) -> dict[str, Any]:
    name = f"{category.replace('-', ' ').title()} {number}"
    return row(
        providerId=provider,
        name=name,
        description=f"{name}, for thirty days.",
        category=category,
        imageUrl=f"https://placehold.co/600x400?text={quote(name)}",
        isActive=True,
    )


def _account(product: dict[str, Any]) -> dict[str, Any]:
    """An account that cannot be used: its password is no cipher text."""
    return row(
        productId=product["id"],
        email=f"account-{secrets.token_hex(4)}@example.com",
        passwordHash="placeholder",
        totalSlots=_SLOTS,
        availableSlots=_SLOTS,
        platformType=product["category"],
    )


def _slot(account: str, number: int) -> dict[str, Any]:
    pin = f"{secrets.randbelow(10_000):04}"
    return row(accountId=account, profileName=f"Profile {number}", pinCode=pin, status="available")


def _licence(product: dict[str, Any]) -> dict[str, Any]:
    key = "-".join(secrets.token_hex(2).upper() for _ in range(4))
    return row(productId=product["id"], licenseKey=key, activationType="key", status="available")


def _content(product: dict[str, Any]) -> dict[str, Any]:
    url = f"https://example.com/content/{product['id']}"
    return row(
        productId=product["id"], contentType=product["category"], resourceUrl=url, coverImageUrl=product["imageUrl"]
    )


def _price() -> str:
    cents = _CENTS[0] + secrets.randbelow(_CENTS[1] - _CENTS[0] + 1)
    return f"{cents // 100}.{cents % 100:02}"
