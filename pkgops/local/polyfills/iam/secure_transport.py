"""A request to the emulator counts as encrypted: the same request to AWS would be, and it never leaves the machine.

Without this, a bucket policy that refuses what comes without TLS, as every bucket's should, refuses everything.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types

_KEY = "aws:securetransport"


def install(_: Types) -> None:
    """Answers the condition key ``aws:SecureTransport``."""
    from ministack.core import iam_evaluator

    wrap(iam_evaluator, "_resolve_condition_key", _secure)


def _secure(original: Any) -> Any:
    def resolved(key: str, *context: Any) -> Any:
        return "true" if key.lower() == _KEY else original(key, *context)

    return resolved
