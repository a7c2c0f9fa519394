# SPDX-License-Identifier: GPL-3.0-or-later
"""Who hears of what happens, and in which form?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localstripe import resources

from companions.pkgwatch.stripe.objects import API_VERSION

_listeners: list[Callable[[dict[str, Any]], None]] = []


def listen(hear: Callable[[dict[str, Any]], None]) -> None:
    """``hear(event)`` is called with every event from now on, as Stripe would send it."""
    _listeners.append(hear)


def happened(kind: str, thing: Any, before: Mapping[str, Any] | None = None) -> None:
    """Records an event about an object; ``before`` are the fields that changed, with their old values."""
    event = resources.Event(kind, thing)
    if before:
        event.data["previous_attributes"] = dict(before)
    _tell(event)


def _tell(event: Any) -> None:
    event.api_version = API_VERSION
    event.pending_webhooks = 1
    event.request = {"id": None, "idempotency_key": None}
    for hear in _listeners:
        hear(event._export())


resources.schedule_webhook = _tell  # what localstripe itself reports takes the same way
