"""The settings of Kefir, and their rules for each stage."""

from __future__ import annotations

from dataclasses import dataclass

from pkgops.model import Stage

DOMAIN = "kefirproducer.com"
LINK_SECONDS = 300
LOGINS_PER_ADDRESS = 100  # in 15 minutes; a household, an office or a phone network's customers may share an address
_MAX_LINK_SECONDS = 604800  # a week: S3's limit for a signature


@dataclass(frozen=True, slots=True)
class Settings:
    """Kefir's settings; each may come from the environment variable of its name in capitals.

    ``web_domain`` is the domain that serves the app: in production its pages, and those of its www., may call the API.
    ``more_origins`` are further allowed origins, separated by commas. ``alert_email`` subscribes to the alert topic of
    production. ``presign_ttl_seconds`` is how long links to photos and exports are valid. ``expo_base_url`` replaces
    Expo's own address for push messages; only stage local may have one. ``logins_per_address`` is how many logins may
    begin at one address of the network in a quarter of an hour. ``processor_reservation`` is the concurrency reserved for
    the reminder processor, 0 for none: an account with fewer than 101 concurrent executions can reserve nothing.
    """

    web_domain: str = DOMAIN
    more_origins: str = ""
    alert_email: str = ""
    presign_ttl_seconds: int = LINK_SECONDS
    expo_base_url: str = ""
    logins_per_address: int = LOGINS_PER_ADDRESS
    processor_reservation: int = 0


def check(stage: Stage, settings: Settings) -> list[str]:
    """What is wrong with the settings, a sentence each."""
    wrong = []
    if not settings.web_domain or "/" in settings.web_domain:
        wrong.append("WEB_DOMAIN is a domain, such as kefirproducer.com.")
    if not 0 < settings.presign_ttl_seconds <= _MAX_LINK_SECONDS:
        wrong.append(f"PRESIGN_TTL_SECONDS is between 1 and {_MAX_LINK_SECONDS}.")
    if settings.logins_per_address < 1:
        wrong.append("LOGINS_PER_ADDRESS is at least 1.")
    if settings.processor_reservation < 0:
        wrong.append("PROCESSOR_RESERVATION is at least 0, which reserves nothing.")
    if settings.expo_base_url and not stage.local:
        wrong.append(f"EXPO_BASE_URL can be set on stage local only; {stage.name} sends to Expo.")
    bad = [origin for origin in _more(settings) if not origin.startswith(("https://", "http://")) or "*" in origin]
    if bad:
        wrong.append(f"MORE_ORIGINS are whole origins, such as https://app.example.com; not {', '.join(bad)}.")
    return wrong


def origins(stage: Stage, settings: Settings) -> tuple[str, ...]:
    """The origins whose pages may call the API: any outside production."""
    if not stage.production:
        return ("*",)
    return (f"https://{settings.web_domain}", f"https://www.{settings.web_domain}", *_more(settings))


def photo_origins(stage: Stage, settings: Settings) -> tuple[str, ...]:
    """The origins whose pages may use links to photos; unlike an HTTP API, S3 accepts a wildcard for subdomains."""
    if not stage.production:
        return ("*",)
    return (f"https://{settings.web_domain}", f"https://*.{settings.web_domain}", *_more(settings))


def mail_domain(stage: Stage, settings: Settings) -> str:
    """The domain that sends the codes. An account has one identity a domain, so stages that may share an account with
    production use a subdomain."""
    own = stage.production or stage.local
    return settings.web_domain if own else f"{stage.name}.{settings.web_domain}"


def _more(settings: Settings) -> tuple[str, ...]:
    return tuple(origin.strip() for origin in settings.more_origins.split(",") if origin.strip())
