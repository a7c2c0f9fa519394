"""The contracts of the billing routes: what callers may rely on, and which bodies the gateway lets through."""

from __future__ import annotations

from pkgops.kit.contract import (
    ANY,
    BOOLEAN,
    DATE,
    INTEGER,
    STRING,
    Body,
    Contract,
    QueryParameter,
    Response,
    nullable,
    object_of,
    one_of,
)
from templates.pkgwatch.contracts.shared import FAILED, NO_SESSION, SESSION, TIER

_STRIPE = ("stripe_not_configured", "stripe_error", *FAILED)
_PAID = one_of("pro", "business")
_CHOICE = Body("CreateCheckoutRequest", {"tier": one_of("starter", "pro", "business")}, required=("tier",))
_NO_UPGRADE = (
    "invalid_tier",
    "no_active_subscription",
    "same_tier",
    "downgrade_not_allowed",
    "subscription_invalid",
)
_PREVIEW = {
    200: Response(
        "What the change would cost now.",
        object_of(
            {
                "preview": object_of(
                    {
                        "current_tier": TIER,
                        "new_tier": _PAID,
                        "credit_amount_cents": INTEGER,
                        "new_plan_prorated_cents": INTEGER,
                        "amount_due_cents": INTEGER,
                        "amount_due_formatted": STRING,
                        "currency": STRING,
                        "current_period_end": nullable(DATE),
                        "proration_date": INTEGER,
                        "cancellation_will_clear": BOOLEAN,
                    }
                )
            }
        ),
    )
}
_PREVIEW_ERRORS = {
    400: ("invalid_json", *_NO_UPGRADE),
    401: NO_SESSION,
    402: ("payment_required",),
    500: ("price_not_configured", *_STRIPE),
}

CHECKOUT = Contract(
    "Begin to buy a plan",
    {200: Response("Where to pay.", object_of({"checkout_url": STRING}))},
    {
        400: ("invalid_json", "invalid_tier", "invalid_upgrade"),
        401: NO_SESSION,
        409: ("upgrade_required",),
        500: ("price_not_configured", *_STRIPE),
    },
    callers=(SESSION,),
    body=_CHOICE,
)
PORTAL = Contract(
    "Manage the subscription",
    {200: Response("Where to do that.", object_of({"portal_url": STRING}))},
    {400: ("no_subscription",), 401: NO_SESSION, 500: _STRIPE},
    callers=(SESSION,),
)
PREVIEW = Contract("What would another plan cost?", _PREVIEW, _PREVIEW_ERRORS, callers=(SESSION,), body=_CHOICE)
PREVIEW_BY_QUERY = Contract(
    PREVIEW.summary,
    _PREVIEW,
    {**_PREVIEW_ERRORS, 400: _NO_UPGRADE},
    callers=(SESSION,),
    query=(QueryParameter("tier", "The plan wanted.", _PAID, required=True),),
)
CONFIRM = Contract(
    "Change to another plan",
    {
        200: Response(
            "It is changed and paid.",
            object_of(
                {
                    "success": {"type": "boolean", "const": True},
                    "new_tier": _PAID,
                    "amount_charged_cents": INTEGER,
                    "invoice_id": nullable(STRING),
                }
            ),
        )
    },
    {
        400: (
            "invalid_json",
            *_NO_UPGRADE,
            "invalid_proration_date",
            "proration_date_expired",
            "invalid_request",
        ),
        401: NO_SESSION,
        402: ("payment_required", "payment_failed"),
        500: ("price_not_configured", *_STRIPE),
        503: ("stripe_unavailable",),
    },
    callers=(SESSION,),
    body=Body(
        "UpgradeConfirmRequest",
        {"tier": _PAID, "proration_date": INTEGER},
        required=("tier", "proration_date"),
    ),
)
WEBHOOK = Contract(
    "Stripe tells what happened",
    {
        200: Response(
            "It is taken in; duplicate: it was already; processed is false where sending it again would not help.",
            object_of(
                {"received": {"type": "boolean", "const": True}},
                {
                    "duplicate": BOOLEAN,
                    "processed": BOOLEAN,
                    "error": object_of(
                        {"code": one_of("stripe_validation_error", "invalid_event_data"), "message": STRING},
                        {"request_id": STRING},
                    ),
                },
            ),
        )
    },
    {
        400: ("missing_signature", "invalid_signature", "invalid_webhook_payload"),
        500: ("stripe_not_configured", "temporary_error", "stripe_error", "processing_failed", *FAILED),
    },
    callers=("stripeSignature",),
    body={"type": "object", "additionalProperties": ANY},
    has_request_id=True,
)
