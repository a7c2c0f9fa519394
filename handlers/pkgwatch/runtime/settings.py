"""The settings of PkgWatch's functions, from environment variables."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

_JITTER = {1: 300, 2: 600, 3: 900}  # seconds over which a tier's refreshes are spread
_TOP_PYPI = "https://hugovk.github.io/top-pypi-packages/top-pypi-packages-30-days.min.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """The documented environment variables, read once; each function is given those it needs."""

    packages_table: str
    api_keys_table: str
    billing_events_table: str
    referral_events_table: str
    package_queue_url: str
    allow_dev_cors: bool
    ip_hash_salt_secret_arn: str
    depsdev_base_url: str
    stripe_secret_arn: str
    stripe_webhook_secret_arn: str
    stripe_api_base: str
    stripe_price_starter: str
    stripe_price_pro: str
    stripe_price_business: str
    alert_topic_arn: str
    billing_cycle_reset_enabled: bool
    payment_grace_period_days: int
    base_url: str
    api_url: str
    session_secret_arn: str
    verification_email_sender: str
    login_email_sender: str
    response_floor_seconds: float
    redirect_floor_seconds: float
    metrics_namespace: str
    raw_data_bucket: str
    public_bucket: str
    discovery_queue_url: str
    dlq_url: str
    main_queue_url: str
    max_dlq_retries: int
    max_dispatch_per_run: int
    tier_jitter: tuple[int, ...]
    refresh_dispatcher_arn: str
    npmsio_base_url: str
    top_pypi_packages_url: str
    npm_registry_base_url: str
    npm_api_base_url: str
    pypi_base_url: str
    pypistats_base_url: str
    github_api_base_url: str
    openssf_base_url: str
    bundlephobia_base_url: str
    skip_bundlephobia: bool
    use_distributed_circuit_breaker: bool
    github_token_secret_arn: str
    dedup_window_minutes: float


@cache
def settings() -> Settings:
    """The settings of this container."""
    get = os.environ.get
    return Settings(
        packages_table=get("PACKAGES_TABLE", "pkgwatch-packages"),
        api_keys_table=get("API_KEYS_TABLE", "pkgwatch-api-keys"),
        billing_events_table=get("BILLING_EVENTS_TABLE", "pkgwatch-billing-events"),
        referral_events_table=get("REFERRAL_EVENTS_TABLE", "pkgwatch-referral-events"),
        package_queue_url=get("PACKAGE_QUEUE_URL", ""),
        allow_dev_cors=get("ALLOW_DEV_CORS", "").lower() == "true",
        ip_hash_salt_secret_arn=get("IP_HASH_SALT_SECRET_ARN", ""),
        depsdev_base_url=get("DEPSDEV_BASE_URL", "https://api.deps.dev").rstrip("/"),
        stripe_secret_arn=get("STRIPE_SECRET_ARN", ""),
        stripe_webhook_secret_arn=get("STRIPE_WEBHOOK_SECRET_ARN", ""),
        stripe_api_base=get("STRIPE_API_BASE", "").rstrip("/"),
        stripe_price_starter=get("STRIPE_PRICE_STARTER", ""),
        stripe_price_pro=get("STRIPE_PRICE_PRO", ""),
        stripe_price_business=get("STRIPE_PRICE_BUSINESS", ""),
        alert_topic_arn=get("ALERT_TOPIC_ARN", ""),
        billing_cycle_reset_enabled=get("BILLING_CYCLE_RESET_ENABLED", "").lower() == "true",
        payment_grace_period_days=int(get("PAYMENT_GRACE_PERIOD_DAYS") or 7),
        base_url=get("BASE_URL", "https://pkgwatch.dev").rstrip("/"),
        api_url=get("API_URL", "https://api.pkgwatch.dev").rstrip("/"),
        session_secret_arn=get("SESSION_SECRET_ARN", ""),
        verification_email_sender=get("VERIFICATION_EMAIL_SENDER", "noreply@pkgwatch.dev"),
        login_email_sender=get("LOGIN_EMAIL_SENDER", "noreply@pkgwatch.dev"),
        response_floor_seconds=float(get("RESPONSE_FLOOR_SECONDS", "1.5")),
        redirect_floor_seconds=float(get("REDIRECT_FLOOR_SECONDS", "1.0")),
        metrics_namespace=get("METRICS_NAMESPACE") or "PkgWatch",
        raw_data_bucket=get("RAW_DATA_BUCKET", ""),
        public_bucket=get("PUBLIC_BUCKET", ""),
        discovery_queue_url=get("DISCOVERY_QUEUE_URL", ""),
        dlq_url=get("DLQ_URL", ""),
        main_queue_url=get("MAIN_QUEUE_URL") or get("PACKAGE_QUEUE_URL", ""),
        max_dlq_retries=int(get("MAX_DLQ_RETRIES") or 5),
        max_dispatch_per_run=int(get("MAX_DISPATCH_PER_RUN") or 300),
        tier_jitter=tuple(int(get(f"TIER{tier}_JITTER_MAX") or most) for tier, most in _JITTER.items()),
        refresh_dispatcher_arn=get("REFRESH_DISPATCHER_ARN", ""),
        npmsio_base_url=get("NPMSIO_BASE_URL", "https://api.npms.io").rstrip("/"),
        top_pypi_packages_url=get("TOP_PYPI_PACKAGES_URL") or _TOP_PYPI,
        npm_registry_base_url=get("NPM_REGISTRY_BASE_URL", "https://registry.npmjs.org").rstrip("/"),
        npm_api_base_url=get("NPM_API_BASE_URL", "https://api.npmjs.org").rstrip("/"),
        pypi_base_url=get("PYPI_BASE_URL", "https://pypi.org").rstrip("/"),
        pypistats_base_url=get("PYPISTATS_BASE_URL", "https://pypistats.org").rstrip("/"),
        github_api_base_url=get("GITHUB_API_BASE_URL", "https://api.github.com").rstrip("/"),
        openssf_base_url=get("OPENSSF_BASE_URL", "https://api.securityscorecards.dev").rstrip("/"),
        bundlephobia_base_url=get("BUNDLEPHOBIA_BASE_URL", "https://bundlephobia.com").rstrip("/"),
        skip_bundlephobia=get("SKIP_BUNDLEPHOBIA", "").lower() == "true",
        use_distributed_circuit_breaker=get("USE_DISTRIBUTED_CIRCUIT_BREAKER", "").lower() == "true",
        github_token_secret_arn=get("GITHUB_TOKEN_SECRET_ARN", ""),
        dedup_window_minutes=float(get("DEDUP_WINDOW_MINUTES") or 30),
    )
