# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of the API: recorded, and given to those who have subscribed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from localstripe import resources

from companions.pkgwatch.stripe.objects import API_VERSION

_subscribers: list[Callable[[dict[str, Any]], None]] = []


def subscribe(receive: Callable[[dict[str, Any]], None]) -> None:
    """Calls ``receive(event)`` with every event from now on, as Stripe would send it."""
    _subscribers.append(receive)


def record(kind: str, resource: Any, before: Mapping[str, Any] | None = None) -> None:
    """Records an event about a resource; ``before`` are the fields that changed, with their old values."""
    event = resources.Event(kind, resource)
    if before:
        event.data["previous_attributes"] = dict(before)
    _publish(event)


def _publish(event: Any) -> None:
    event.api_version = API_VERSION
    event.pending_webhooks = 1
    event.request = {"id": None, "idempotency_key": None}
    for receive in _subscribers:
        receive(event._export())


resources.schedule_webhook = _publish  # the events of localstripe itself, too
