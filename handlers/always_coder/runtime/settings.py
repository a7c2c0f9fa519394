"""Settings of Always Coder's functions, from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """The documented environment variables, read once; each function is given those it needs.

    ``management_endpoint`` replaces the address that frames are posted to; without it an event names its own.
    ``cognito_endpoint`` replaces the address of the user pool's keys.
    """

    connections: str
    sessions: str
    messages: str
    region: str
    user_pool: str
    client: str
    management_endpoint: str
    cognito_endpoint: str


@cache
def settings() -> Settings:
    """The settings of this container."""
    get = os.environ.get
    return Settings(
        connections=get("CONNECTIONS_TABLE", ""),
        sessions=get("SESSIONS_TABLE", ""),
        messages=get("MESSAGES_TABLE", ""),
        region=get("COGNITO_REGION", ""),
        user_pool=get("USER_POOL_ID", ""),
        client=get("CLIENT_ID", ""),
        management_endpoint=get("APIGW_MANAGEMENT_ENDPOINT", "").rstrip("/"),
        cognito_endpoint=get("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER") or get("AWS_ENDPOINT_URL", ""),
    )
