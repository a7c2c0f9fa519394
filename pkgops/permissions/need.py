"""One permission that a deployer needs: an action on a resource, perhaps under a condition."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

EVERYTHING = "*"


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One action on one resource (an ARN, a pattern of ARNs, or ``*``); ``condition`` is JSON or ""."""

    action: str
    resource: str
    condition: str = ""


def condition(operator: str, key: str, values: Iterable[str]) -> str:
    """A condition as a `Need` carries it."""
    listed = list(values)
    return json.dumps({operator: {key: listed[0] if len(listed) == 1 else listed}})
