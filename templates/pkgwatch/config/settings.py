"""The settings of PkgWatch, and which must be set on which stage."""

from __future__ import annotations

from dataclasses import dataclass

from pkgops.model import Stage

MINIMUM_TIMES = ("response_floor_seconds", "redirect_floor_seconds")
AUTO, INTERNET, CANNED = "auto", "internet", "canned"
DOMAIN = "pkgwatch.dev"
PRICES = ("stripe_price_starter", "stripe_price_pro", "stripe_price_business")


@dataclass(frozen=True, slots=True)
class Settings:
    """PkgWatch's settings; each may come from the environment variable of its name in capitals.

    ``alert_email`` subscribes to the alert topic; ``stripe_price_*`` are the price ids of the paid plans;
    ``monthly_budget`` is in USD. ``api_domain`` is the name the API is reached under, with a certificate of its own:
    "auto" is api.pkgwatch.dev in production and none elsewhere, an empty one is none. ``mail_domain`` is where mail is
    sent from: "auto" is pkgwatch.dev in production and on stage local, elsewhere its subdomain of the stage's name.
    ``site_url`` is the web site that redirects lead to. Responses that must not tell whether an address is known take
    at least ``response_floor_seconds``, redirects ``redirect_floor_seconds``; only stage local may have less than the
    defaults.
    ``upstreams`` says where packages are collected from: "internet", or "canned", made-up responses next to the
    emulator; "auto" is canned on stage local, which may be offline, and the internet elsewhere.
    ``queue_concurrency`` is how many invocations each of the two queues has at once, from 2 on; together they may be the
    whole quota of a new account, which is 10.
    """

    alert_email: str = ""
    stripe_price_starter: str = ""
    stripe_price_pro: str = ""
    stripe_price_business: str = ""
    monthly_budget: int = 200
    api_domain: str = AUTO
    mail_domain: str = AUTO
    site_url: str = f"https://{DOMAIN}"
    response_floor_seconds: float = 1.5
    redirect_floor_seconds: float = 1.0
    upstreams: str = AUTO
    queue_concurrency: int = 5


def check(stage: Stage, settings: Settings) -> list[str]:
    """What is wrong, a sentence each: production needs the alert address and all three prices, and no stage but local
    may respond sooner than documented, because the response time would tell which addresses are known."""
    wrong = _minimum_times(stage, settings) + _upstreams(stage, settings) + _missing(stage, settings)
    if not 2 <= settings.queue_concurrency <= 1000:  # Lambda's bounds for a queue's event source mapping
        wrong.append("QUEUE_CONCURRENCY is between 2 and 1000.")
    return wrong


def api_domain(stage: Stage, settings: Settings) -> str:
    """The API's own domain name on a stage, "" for none."""
    if settings.api_domain != AUTO:
        return settings.api_domain
    return f"api.{DOMAIN}" if stage.production else ""


def mail_domain(stage: Stage, settings: Settings) -> str:
    """The domain mail is sent from. An account has one identity a domain, so stages that may share an account with
    production use a subdomain."""
    if settings.mail_domain != AUTO:
        return settings.mail_domain
    return DOMAIN if stage.production or stage.local else f"{stage.name}.{DOMAIN}"


def canned(stage: Stage, settings: Settings) -> bool:
    """Whether the upstreams are played next to the emulator."""
    return stage.local if settings.upstreams == AUTO else settings.upstreams == CANNED


def minimum_times(settings: Settings) -> dict[str, str]:
    """The environment variables with the minimum response times; none if they are the documented ones, which
    functions know."""
    return {name.upper(): f"{seconds:g}" for name, seconds in _changed(settings)}


def _changed(settings: Settings) -> list[tuple[str, float]]:
    found = [(name, getattr(settings, name)) for name in MINIMUM_TIMES]
    return [(name, seconds) for name, seconds in found if seconds != getattr(Settings(), name)]


def _minimum_times(stage: Stage, settings: Settings) -> list[str]:
    least = {name: 0.0 if stage.local else getattr(Settings(), name) for name in MINIMUM_TIMES}
    return [
        f"{name.upper()} must be at least {least[name]:g} on stage {stage.name}."
        for name, seconds in _changed(settings)
        if seconds < least[name]
    ]


def _upstreams(stage: Stage, settings: Settings) -> list[str]:
    if settings.upstreams not in (AUTO, INTERNET, CANNED):
        return [f"UPSTREAMS is one of {AUTO}, {INTERNET} and {CANNED}."]
    if settings.upstreams == CANNED and not stage.local:
        return [f"UPSTREAMS can be {CANNED} on stage local only; {stage.name} collects from the internet."]
    return []


def _missing(stage: Stage, settings: Settings) -> list[str]:
    if not stage.production:
        return []
    missing = [] if settings.alert_email.strip() else ["ALERT_EMAIL is required in production."]
    prices = [name.upper() for name in PRICES if not getattr(settings, name)]
    if prices:
        missing.append(f"Required in production: {', '.join(prices)}.")
    return missing
