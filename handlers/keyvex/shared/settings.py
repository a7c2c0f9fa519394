"""The settings of Keyvex's functions, from environment variables."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """The documented environment variables, read once; each function is given those it needs. ``*_base_url`` are ""
    unless they replace the address of a service on the internet, ``callback_url`` unless it replaces that of every
    connection."""

    environment: str
    table: str
    ai_secrets: str
    integration_secrets: str
    ai_queue_url: str
    analytics_queue_url: str
    email_queue_url: str
    from_email: str
    from_name: str
    connection_ttl_seconds: int
    callback_url: str
    anthropic_base_url: str
    openai_base_url: str
    sendgrid_base_url: str
    model_overrides: str
    latency_alert_ms: float
    cost_alert_usd: float


@cache
def settings() -> Settings:
    """The settings of this container."""
    get = os.environ.get
    return Settings(
        environment=get("ENVIRONMENT", "development"),
        table=get("DYNAMODB_TABLE_NAME", ""),
        ai_secrets=get("AI_SECRETS_ARN", ""),
        integration_secrets=get("INTEGRATION_SECRETS_ARN") or get("INTEGRATIONS_SECRETS_ARN", ""),
        ai_queue_url=get("AI_PROCESSING_QUEUE_URL", ""),
        analytics_queue_url=get("ANALYTICS_QUEUE_URL", ""),
        email_queue_url=get("EMAIL_QUEUE_URL", ""),
        from_email=get("FROM_EMAIL") or "noreply@keyvex.com",
        from_name=get("FROM_NAME") or "Keyvex",
        connection_ttl_seconds=int(get("CONNECTION_TTL_SECONDS") or 7200),
        callback_url=get("WEBSOCKET_CALLBACK_URL", "").rstrip("/"),
        anthropic_base_url=get("ANTHROPIC_BASE_URL", "").rstrip("/"),
        openai_base_url=get("OPENAI_BASE_URL", "").rstrip("/"),
        sendgrid_base_url=get("SENDGRID_BASE_URL", "").rstrip("/"),
        model_overrides=get("AI_MODEL_OVERRIDES", ""),
        latency_alert_ms=float(get("AI_LATENCY_ALERT_MS") or 5000),
        cost_alert_usd=float(get("AI_COST_ALERT_USD") or 1),
    )
