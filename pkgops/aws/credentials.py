"""Where are credentials of an assumed role kept between two commands?

Where the AWS CLI keeps them: whoever has typed an MFA code for the one is not asked again by the other, and not once
a command (docs/adr/0018).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pkgops.errors import AccessError

_CACHE = "~/.aws/cli/cache"
_KEPT = ("assume-role", "assume-role-with-web-identity", "sso")  # what the AWS CLI keeps


def remembered(session: Any) -> None:
    """Makes a botocore session keep what it is given, in files that their owner alone can read."""
    from botocore.utils import JSONFileCache

    resolver = session.get_component("credential_provider")
    cache = JSONFileCache(str(Path(_CACHE).expanduser()))
    for provider in resolver.providers:
        if provider.METHOD in _KEPT:
            provider.cache = cache


def nobody_there() -> AccessError:
    """A code is asked for, and there is nobody to type it."""
    return AccessError(
        "The profile's role wants an MFA code, and there is no terminal to type it on.",
        "Run any command of pkgops or the AWS CLI on a terminal first; both use what it gets for an hour or so.",
    )
