"""Settings of Kefir's functions, from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

# Stages whose one-time codes may be read in the logs: their mailboxes are developers'.
_STAGES_WITH_LOGGED_CODES = {"dev", "local"}


@dataclass(frozen=True, slots=True)
class Settings:
    """The documented environment variables, read once; each function is given those it needs.

    ``offline`` takes the caller from a header. It needs IS_OFFLINE=true and an environment without the name of a Lambda
    function: Lambda sets that variable itself and does not allow it to be removed, so that no deployed stage can be put
    into this mode.
    """

    table: str
    bucket: str
    user_pool: str
    user_pool_client: str
    web_domain: str
    presign_seconds: int
    from_email: str
    logins_per_address: int
    codes_logged: bool
    expo_base_url: str
    expo_secret_arn: str
    offline: bool


@cache
def settings() -> Settings:
    """The settings of this container."""
    get = os.environ.get
    return Settings(
        table=get("TABLE_NAME", ""),
        bucket=get("BUCKET_NAME", ""),
        user_pool=get("USER_POOL_ID", ""),
        user_pool_client=get("USER_POOL_CLIENT_ID", ""),
        web_domain=get("WEB_DOMAIN") or "kefirproducer.com",
        presign_seconds=int(get("PRESIGN_TTL_SECONDS") or 300),
        from_email=get("FROM_EMAIL", ""),
        logins_per_address=int(get("LOGINS_PER_ADDRESS") or 100),
        codes_logged=get("STAGE") in _STAGES_WITH_LOGGED_CODES,
        expo_base_url=(get("EXPO_BASE_URL") or get("EXPO_PUSH_URL") or "https://exp.host").rstrip("/"),
        expo_secret_arn=get("EXPO_SECRET_ARN", ""),
        offline=get("IS_OFFLINE") == "true" and "AWS_LAMBDA_FUNCTION_NAME" not in os.environ,
    )
