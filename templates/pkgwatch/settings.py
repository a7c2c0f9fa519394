"""What can an operator set for PkgWatch, and what must be set on which stage?"""

from __future__ import annotations

from dataclasses import dataclass

from templates.model import Stage

PRICES = ("stripe_price_starter", "stripe_price_pro", "stripe_price_business")


@dataclass(frozen=True, slots=True)
class Settings:
    """PkgWatch's settings; each may come from the environment variable of its name in capitals.

    ``alert_email`` subscribes to the alert topic; ``stripe_price_*`` are the price ids of the paid plans;
    ``monthly_budget`` is in USD.
    """

    alert_email: str = ""
    stripe_price_starter: str = ""
    stripe_price_pro: str = ""
    stripe_price_business: str = ""
    monthly_budget: int = 200


def check(stage: Stage, settings: Settings) -> list[str]:
    """What is missing, a sentence each: production needs the alert address and all three prices."""
    if not stage.production:
        return []
    missing = [] if settings.alert_email.strip() else ["ALERT_EMAIL is required in production."]
    prices = [name.upper() for name in PRICES if not getattr(settings, name)]
    if prices:
        missing.append(f"Required in production: {', '.join(prices)}.")
    return missing
