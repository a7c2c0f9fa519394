"""The local Stripe, and the environment variables by which functions reach Stripe and know its prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgops.declarations import Companion

if TYPE_CHECKING:
    from pkgops.scope import Scope

TIERS = ("starter", "pro", "business")
# The prices of stage local: a name, and what a month costs in cents.
LOCAL_PRICES = {
    "price_local_starter": ("PkgWatch Starter", 900),
    "price_local_pro": ("PkgWatch Pro", 2900),
    "price_local_business": ("PkgWatch Business", 9900),
}
STRIPE = Companion(
    "stripe",
    {
        "prices": LOCAL_PRICES,
        "webhook": {
            "url": "api.ApiUrl",
            "path": "/webhooks/stripe",
            "secret": "pkgwatch/stripe-webhook",
            "field": "secret",
        },
    },
)


def prices(scope: Scope) -> dict[str, str]:
    """The environment variables that say which price is which plan. On stage local they are the companion's prices,
    whatever the settings say, because it knows no others."""
    if scope.stage.local:
        return {f"STRIPE_PRICE_{tier.upper()}": f"price_local_{tier}" for tier in TIERS}
    return {f"STRIPE_PRICE_{tier.upper()}": getattr(scope.settings, f"stripe_price_{tier}") for tier in TIERS}


def address(scope: Scope) -> dict[str, str]:
    """The environment variable with Stripe's address; none except on stage local, because the SDK knows it."""
    return {"STRIPE_API_BASE": scope.stage.companion(STRIPE.name)} if scope.stage.local else {}
