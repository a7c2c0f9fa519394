"""What can an operator set for PkgWatch, and what must be set on which stage?"""

from __future__ import annotations

from dataclasses import dataclass

from templates.model import Stage

FLOORS = ("response_floor_seconds", "redirect_floor_seconds")
PRICES = ("stripe_price_starter", "stripe_price_pro", "stripe_price_business")


@dataclass(frozen=True, slots=True)
class Settings:
    """PkgWatch's settings; each may come from the environment variable of its name in capitals.

    ``alert_email`` subscribes to the alert topic; ``stripe_price_*`` are the price ids of the paid plans;
    ``monthly_budget`` is in USD. Answers that must not tell whether an address is known take at least
    ``response_floor_seconds``, redirects ``redirect_floor_seconds``; only stage local may have less than the defaults.
    """

    alert_email: str = ""
    stripe_price_starter: str = ""
    stripe_price_pro: str = ""
    stripe_price_business: str = ""
    monthly_budget: int = 200
    response_floor_seconds: float = 1.5
    redirect_floor_seconds: float = 1.0


def check(stage: Stage, settings: Settings) -> list[str]:
    """What is wrong, a sentence each: production needs the alert address and all three prices, and no stage but local
    may answer sooner than documented, because how soon it answers would tell which addresses are known."""
    return _floors(stage, settings) + _missing(stage, settings)


def floors(settings: Settings) -> dict[str, str]:
    """The environment of a function that keeps to the floors; empty if they are the documented ones, which is what
    functions assume."""
    return {name.upper(): f"{seconds:g}" for name, seconds in _changed(settings)}


def _changed(settings: Settings) -> list[tuple[str, float]]:
    found = [(name, getattr(settings, name)) for name in FLOORS]
    return [(name, seconds) for name, seconds in found if seconds != getattr(Settings(), name)]


def _floors(stage: Stage, settings: Settings) -> list[str]:
    least = {name: 0.0 if stage.local else getattr(Settings(), name) for name in FLOORS}
    return [
        f"{name.upper()} must be at least {least[name]:g} on stage {stage.name}."
        for name, seconds in _changed(settings)
        if seconds < least[name]
    ]


def _missing(stage: Stage, settings: Settings) -> list[str]:
    if not stage.production:
        return []
    missing = [] if settings.alert_email.strip() else ["ALERT_EMAIL is required in production."]
    prices = [name.upper() for name in PRICES if not getattr(settings, name)]
    if prices:
        missing.append(f"Required in production: {', '.join(prices)}.")
    return missing
