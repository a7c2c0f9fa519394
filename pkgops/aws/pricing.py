"""AWS's price list: the `Pricing` port. It is asked in us-east-1, whatever region its prices are for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import AccessError, PkgopsError
from pkgops.ports.pricing import Offer

_REGION = "us-east-1"


class PriceList:
    """`pkgops.ports.pricing.Pricing` with the credentials of one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients.in_region(_REGION)

    def offers(self, service: str, usage_type: str, region: str) -> tuple[Offer, ...]:
        """AccessError if the answer cannot be read; PkgopsError if the list refuses the question."""
        from botocore.exceptions import ClientError

        filters = [("usagetype", usage_type), ("regionCode", region)]
        rows = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters]
        try:
            with translated("pricing:GetProducts"):
                answer = self._clients.get("pricing").get_products(ServiceCode=service, Filters=rows, MaxResults=100)
        except ClientError as error:
            raise PkgopsError(f"The price list refuses {service}: {error.response['Error']['Code']}") from error
        try:
            products = [json.loads(text) for text in answer.get("PriceList", [])]
            return tuple(dict.fromkeys(offer for product in products for offer in _offers(product)))
        except (AttributeError, InvalidOperation, KeyError, TypeError, ValueError) as error:
            raise AccessError("The answer of the price list cannot be read.", "Repeat the command later.") from error


def _offers(product: dict[str, Any]) -> Iterator[Offer]:
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        dimensions = [row for row in term["priceDimensions"].values() if "USD" in row["pricePerUnit"]]
        rows = sorted(dimensions, key=lambda row: Decimal(row.get("beginRange") or "0"))
        if rows:
            yield Offer(rows[0]["unit"], tuple((_limit(row), Decimal(row["pricePerUnit"]["USD"])) for row in rows))


def _limit(row: dict[str, Any]) -> Decimal | None:
    end = row.get("endRange") or "Inf"
    return None if end == "Inf" else Decimal(end)
