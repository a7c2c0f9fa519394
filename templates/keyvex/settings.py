"""The settings of Keyvex, and their rules for each stage."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pkgops.model import Stage
from templates.keyvex.config.providers import REAL, STAND_IN

ENABLED, DISABLED = "enabled", "disabled"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
CONNECTION_SECONDS = 7200  # API Gateway ends every WebSocket connection after two hours


@dataclass(frozen=True, slots=True)
class Settings:
    """Keyvex's settings; each may come from the environment variable of its name in capitals.

    ``redis`` is "enabled" or "disabled"; it costs by the hour, and nothing outside of its network reaches it.
    ``lambda_vpc`` puts the functions into that network, with NAT gateways that cost by the hour, too. ``user_behavior``
    adds the stack with the table for behaviour tracking. ``alert_email`` subscribes to the alert topic. ``api_logs``
    gives API Gateway the role it logs with, of which an account has one in a region. ``log_level`` is that of all
    functions. ``connection_ttl_seconds`` is how long the entry of a WebSocket connection is kept.
    A request to a provider stores an alert if it takes longer than ``ai_latency_alert_ms`` or costs more than
    ``ai_cost_alert_usd``. ``ai_model_overrides`` is JSON that replaces parts of the model configuration. ``from_email``
    and ``from_name`` are the sender of mail. ``providers`` is "stand_in" or "real": on stage local, Anthropic, OpenAI and
    SendGrid are played unless it is "real"; elsewhere it does not count.
    """

    redis: str = ENABLED
    lambda_vpc: bool = False
    user_behavior: bool = False
    alert_email: str = ""
    api_logs: bool = False
    log_level: str = "INFO"
    connection_ttl_seconds: int = CONNECTION_SECONDS
    ai_latency_alert_ms: int = 5000
    ai_cost_alert_usd: float = 1.0
    ai_model_overrides: str = ""
    from_email: str = "noreply@keyvex.com"
    from_name: str = "Keyvex"
    providers: str = STAND_IN

    @property
    def has_redis(self) -> bool:
        """Whether there is Redis, and with it the network."""
        return self.redis == ENABLED


def check(stage: Stage, settings: Settings) -> list[str]:
    """What is wrong with the settings, a sentence each."""
    del stage
    right = {
        f"REDIS is {ENABLED} or {DISABLED}.": settings.redis in (ENABLED, DISABLED),
        f"LAMBDA_VPC needs REDIS {ENABLED}: the network is there for Redis alone.": settings.has_redis
        or not settings.lambda_vpc,
        f"LOG_LEVEL is one of {', '.join(LEVELS)}.": settings.log_level in LEVELS,
        "CONNECTION_TTL_SECONDS is between 60 and 86400.": 60 <= settings.connection_ttl_seconds <= 86400,
        "AI_LATENCY_ALERT_MS is at least 1.": settings.ai_latency_alert_ms >= 1,
        "AI_COST_ALERT_USD is more than 0.": settings.ai_cost_alert_usd > 0,
        "AI_MODEL_OVERRIDES is a JSON object.": _is_object(settings.ai_model_overrides or "{}"),
        f"PROVIDERS is {STAND_IN} or {REAL}.": settings.providers in (STAND_IN, REAL),
    }
    return [sentence for sentence, kept in right.items() if not kept]


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
