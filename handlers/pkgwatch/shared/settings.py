"""What does the environment tell PkgWatch's functions?"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """The documented environment variables, read once; each function is given those it needs."""

    packages_table: str
    api_keys_table: str
    referral_events_table: str
    package_queue_url: str
    allow_dev_cors: bool
    ip_hash_salt: str
    depsdev_base_url: str


@cache
def settings() -> Settings:
    """The settings of this container."""
    get = os.environ.get
    return Settings(
        packages_table=get("PACKAGES_TABLE", "pkgwatch-packages"),
        api_keys_table=get("API_KEYS_TABLE", "pkgwatch-api-keys"),
        referral_events_table=get("REFERRAL_EVENTS_TABLE", "pkgwatch-referral-events"),
        package_queue_url=get("PACKAGE_QUEUE_URL", ""),
        allow_dev_cors=get("ALLOW_DEV_CORS", "").lower() == "true",
        ip_hash_salt=get("IP_HASH_SALT") or "pkgwatch",
        depsdev_base_url=get("DEPSDEV_BASE_URL", "https://api.deps.dev").rstrip("/"),
    )
