"""The gateway of an event's connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.always_coder.runtime.settings import settings
from handlers.common.gateway import Gateway, gateway_at


def gateway(context: Mapping[str, Any]) -> Gateway:
    """The gateway an event came from, by its request context; its endpoint is what clients are told as
    ``wsEndpoint``."""
    return gateway_at(settings().management_endpoint or f"https://{context['domainName']}/{context['stage']}")
