"""The cache of temporary credentials, shared with the AWS CLI.

An MFA code typed for either is valid for both, and is not asked for by every command (docs/adr/0018).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pkgops.errors import AccessError

_CACHE = "~/.aws/cli/cache"
_CACHED = ("assume-role", "assume-role-with-web-identity", "sso")  # what the AWS CLI keeps


def use_cli_cache(session: Any) -> None:
    """Makes a botocore session cache temporary credentials, in files that only their owner can read."""
    from botocore.utils import JSONFileCache

    resolver = session.get_component("credential_provider")
    cache = JSONFileCache(str(Path(_CACHE).expanduser()))
    for provider in resolver.providers:
        if provider.METHOD in _CACHED:
            provider.cache = cache


def no_terminal_error() -> AccessError:
    """The error for an MFA code that is required without a terminal."""
    return AccessError(
        "The profile's role requires an MFA code, and there is no terminal to type it on.",
        "Run any command of pkgops or the AWS CLI on a terminal first; its session is used by both for about an hour.",
    )
