"""POST and GET /upgrade/preview: shows what another plan would cost now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from handlers.common.web.body import parse
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.accounts import sessions
from handlers.pkgwatch.billing.stripe_errors import configured_stripe, refusals
from handlers.pkgwatch.billing.upgrade import Upgrade, check_tier, possible
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


class PreviewBody(msgspec.Struct):
    """The request's body."""

    tier: str


def by_body(call: Call) -> Response:
    """The quote for the plan in the body."""
    return _quote(call, lambda: parse(call.request, PreviewBody, tier="invalid_tier").tier)


def by_query(call: Call) -> Response:
    """The quote for the plan in the query."""
    return _quote(call, lambda: call.request.query.get("tier") or "")


def _quote(call: Call, requested: Callable[[], str]) -> Response:
    stripe = configured_stripe()
    session = sessions.read(call.request, call.now)
    tier = check_tier(requested())
    with refusals():
        upgrade = possible(tables.api_keys(), stripe, session.user_id, tier)
        at = int(call.now.timestamp())
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
    return json_response(200, body)


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


ROUTES: Routes[Call] = {"POST /upgrade/preview": by_body, "GET /upgrade/preview": by_query}
