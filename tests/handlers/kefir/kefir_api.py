"""Requests to Kefir's routes, as the HTTP API makes them for its users."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.kefir.api import (
    handle_auth,
    handle_batches,
    handle_devices,
    handle_events,
    handle_export,
    handle_public,
    handle_reminders,
)
from tests.handlers.gateway import Answer, call, http_event

MODULES = (
    handle_auth,
    handle_batches,
    handle_devices,
    handle_events,
    handle_export,
    handle_public,
    handle_reminders,
)
HANDLERS = {route: module.handler for module in MODULES for route in module.ROUTES}


def ask(
    route: str,
    body: Any = None,
    *,
    claims: Mapping[str, str] | None = None,
    query: Any = None,
    source_ip: str = "203.0.113.7",
    **path: str,
) -> Answer:
    """Invokes the function of ``route``; ``body`` is sent as JSON unless it is text or bytes."""
    sent = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
    event = http_event(route, path=path, query=query, body=sent, claims=claims, source_ip=source_ip)
    return call(HANDLERS[route], event)


@dataclass(frozen=True)
class User:
    """A user who has logged in with an ID token."""

    id: str = field(default_factory=lambda: f"user-{secrets.token_hex(8)}")

    @property
    def claims(self) -> dict[str, str]:
        return {"sub": self.id, "email": f"{self.id}@example.com", "token_use": "id"}

    def ask(self, route: str, body: Any = None, *, query: Any = None, **path: str) -> Answer:
        return ask(route, body, claims=self.claims, query=query, **path)

    def batch(self, **more: Any) -> dict[str, Any]:
        """A new batch of this user's, under the documented names."""
        answer = self.ask("POST /batches", {"name": "Kefir", "stage": "stage1_open", **more})
        assert answer.status == 201, answer.text
        return dict(answer.json["batch"])


def problems(answer: Answer) -> dict[str, str]:
    """The messages of a validation error, by path."""
    assert answer.status == 400, answer.text
    assert answer.json["success"] is False
    said = json.loads(answer.json["error"])
    assert said["message"] == "Validation failed"
    found = {problem["path"]: problem["message"] for problem in said["errors"]}
    assert len(found) == len(said["errors"])
    return found
