"""A price book from AWS's price list, for a region.

A price is taken over where the list has exactly one of its usage type, in about the size of the known one: a tenth
or ten times of it is a price of another unit. All others stay as they are, marked as not verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from pkgops.cost.book import Price, PriceBook, Tier, kept_file, to_data
from pkgops.errors import BuildError
from pkgops.own_files import replace_file, sealed
from pkgops.ports.ports import Ports

_PARALLEL = 8
_TIMES = Decimal(10)
# Regions whose usage types have a prefix of their own; one that is missing here is asked for with its full name.
_PREFIXES: Mapping[str, str] = {
    "us-east-1": "",
    "us-east-2": "USE2-",
    "us-west-1": "USW1-",
    "us-west-2": "USW2-",
    "ca-central-1": "CAN1-",
    "eu-west-1": "EU-",
    "eu-west-2": "EUW2-",
    "eu-west-3": "EUW3-",
    "eu-central-1": "EUC1-",
    "eu-north-1": "EUN1-",
    "eu-south-1": "EUS1-",
    "ap-south-1": "APS3-",
    "ap-southeast-1": "APS1-",
    "ap-southeast-2": "APS2-",
    "ap-northeast-1": "APN1-",
    "ap-northeast-2": "APN2-",
    "ap-northeast-3": "APN3-",
    "sa-east-1": "SAE1-",
}
_GLOBAL = "AmazonCloudFront"  # its usage types have no region


def refreshed(book: PriceBook, ports: Ports, region: str, today: str) -> PriceBook:
    """The book with the list's prices for a region; ``today`` is its date. AccessError without credentials."""
    with ThreadPoolExecutor(_PARALLEL) as pool:
        prices = list(pool.map(lambda price: _asked(price, ports, region), book))
    rows = {price.key: price for price in prices}
    return PriceBook(today, region, book.currency, "AWS's price list", not any(map(_verified, prices)), rows)


def keep(book: PriceBook, home: Path) -> Path:
    """Keeps a book in a project's own files, for the next estimates. BuildError if that is impossible."""
    file = kept_file(home, book.region)
    try:
        replace_file(file, sealed(to_data(book)))
    except OSError as error:
        raise BuildError(f"{file} cannot be written: {error.strerror or error}.", "Correct the permissions.") from error
    return file


def _verified(price: Price) -> bool:
    return price.verified


def _asked(price: Price, ports: Ports, region: str) -> Price:
    service, usage_type = price.query
    if not service:
        return replace(price, verified=False)
    prefix = "" if service == _GLOBAL else _PREFIXES.get(region, f"{region}-")
    place = "us-east-1" if service == _GLOBAL else region
    offers = ports.pricing.offers(service, prefix + usage_type, place)
    tiers = [_without_free(offer.tiers, price.free) for offer in offers]
    fitting = [one for one in tiers if _plausible(one, price)]
    if len(set(fitting)) != 1:
        return replace(price, verified=False)
    return replace(price, tiers=fitting[0], verified=True)


def _without_free(tiers: tuple[Tier, ...], free: Decimal) -> tuple[Tier, ...]:
    """The tiers without a first one that is the free tier, which is applied on request."""
    return tiers[1:] if len(tiers) > 1 and tiers[0] == (free, Decimal(0)) else tiers


def _plausible(tiers: tuple[Tier, ...], known: Price) -> bool:
    if not tiers or any(price <= 0 for _, price in tiers):
        return False
    return known.tiers[0][1] / _TIMES < tiers[0][1] < known.tiers[0][1] * _TIMES
