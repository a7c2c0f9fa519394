"""What is the answer to POST /upgrade/preview?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from handlers.common.dynamodb import Table
from handlers.common.web.body import parse
from handlers.common.web.request import Request
from handlers.common.web.response import NO_STORE, Response, json_response
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.billing.answers import client, refusals
from handlers.pkgwatch.billing.upgrade import Upgrade, check_tier, possible


class PreviewBody(msgspec.Struct):
    """What is asked."""

    tier: str


def answer(request: Request, keys: Table, now: datetime) -> Response:
    """What a change of plan would cost at this moment. Asked by GET, the plan is in the query."""
    stripe = client()
    session = sessions.read(request, now)
    tier = check_tier(_tier(request))
    with refusals():
        upgrade = possible(keys, stripe, session.user_id, tier)
        at = int(now.timestamp())
        invoice = stripe.v1.invoices.create_preview(
            {
                "customer": upgrade.state.customer,
                "subscription": upgrade.state.id,
                "subscription_details": {
                    "items": [{"id": upgrade.state.item_id, "price": upgrade.price}],
                    "proration_behavior": "always_invoice",
                    "proration_date": at,
                },
            }
        )
        amounts = [line.amount for line in invoice.lines.auto_paging_iter()]
    body = {"preview": _preview(upgrade, amounts, invoice.amount_due, invoice.currency, at)}
    return json_response(200, body, {"Cache-Control": NO_STORE})


def _tier(request: Request) -> str:
    if request.method == "GET":
        return request.query.get("tier") or ""
    return parse(request, PreviewBody, tier="invalid_tier").tier


def _preview(upgrade: Upgrade, amounts: list[int], due: int, currency: str, at: int) -> dict[str, Any]:
    end = upgrade.state.period_end
    return {
        "current_tier": upgrade.current,
        "new_tier": upgrade.tier,
        "credit_amount_cents": -sum(amount for amount in amounts if amount < 0),
        "new_plan_prorated_cents": sum(amount for amount in amounts if amount > 0),
        "amount_due_cents": due,
        "amount_due_formatted": formatted(due, currency),
        "currency": currency,
        "current_period_end": datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%d") if end else None,
        "proration_date": at,
        "cancellation_will_clear": upgrade.state.cancels,
    }


def formatted(cents: int, currency: str) -> str:
    """An amount as the dashboard shows it: ``$44.00``, or ``44.00 EUR``."""
    amount = f"{cents / 100:.2f}"
    return f"${amount}" if currency == "usd" else f"{amount} {currency.upper()}"
