"""What a policy's text says, and what a pattern matches, is worked out once: the same requests come again and again.

The emulator reads every policy of the caller's role twice for every request, and compares each statement anew.
"""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types

_POLICIES = 2048  # texts: a system has about one for each function
_MATCHES = 65536  # pairs of a name and a pattern


def install(_: Types) -> None:
    """Lets the emulator's own evaluation remember."""
    from ministack.core import iam_evaluator

    remember(iam_evaluator)


def remember(evaluator: ModuleType) -> None:
    """Both are remembered by the text itself, so that a policy that has changed is another one."""
    wrap(evaluator, "parse_policy_document", _read_once)
    for name in ("fnmatch_iam", "fnmatch_iam_cs"):
        wrap(evaluator, name, lru_cache(_MATCHES))


def _read_once(original: Any) -> Any:
    read = lru_cache(_POLICIES)(lambda text: tuple(original(text)))
    return lambda document: list(read(document)) if isinstance(document, str) else original(document)
