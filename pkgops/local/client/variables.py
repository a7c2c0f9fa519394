"""The environment variables with which other AWS clients reach the emulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pkgops.local.client.emulator import Emulator

# What would name another caller than these variables do.
_OTHERS = ("AWS_PROFILE", "AWS_SESSION_TOKEN")


def variables(emulator: Emulator, region: str) -> dict[str, str]:
    """What the AWS CLI, the SDKs and the CDK read, for the emulator's root user."""
    root = emulator.credentials()
    return {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": root.key,
        "AWS_SECRET_ACCESS_KEY": root.secret,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # names before the address of loopback do not resolve
    }


def as_exports(given: Mapping[str, str]) -> str:
    """The lines a POSIX shell takes over with ``eval``. No value holds a quote."""
    return "\n".join((f"unset {' '.join(_OTHERS)}", *(f"export {name}='{value}'" for name, value in given.items())))
