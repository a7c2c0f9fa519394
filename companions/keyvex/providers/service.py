"""The three providers as one service."""

from __future__ import annotations

import json
from typing import Any

from companions.common.server import Answer, Request, Service, document
from companions.keyvex.providers import anthropic, openai, pages, sendgrid

_PROVIDERS = {"anthropic": anthropic, "openai": openai, "sendgrid": sendgrid}


class Providers(Service):
    """All of them. ``mails`` are those that SendGrid took, oldest first (see `sendgrid.Mail`)."""

    methods = frozenset({"GET", "POST"})

    def __init__(self) -> None:
        self.mails: list[sendgrid.Mail] = []

    def answer(self, request: Request) -> Answer:
        """What the provider of the path answers; 404 if none has such a path."""
        if (request.method, request.target) == ("GET", pages.PATH):
            return pages.outbox(self.mails)
        if (request.method, request.target) == ("POST", anthropic.PATH):
            return anthropic.answer(request)
        if (request.method, request.target) == ("POST", openai.PATH):
            return openai.answer(request)
        if (request.method, request.target) == ("POST", sendgrid.PATH):
            return sendgrid.answer(request, self.mails)
        return document({"message": "Not Found"}, 404)

    def failure(self, request: Request, status: int) -> Any:
        """The provider's own document of a failure."""
        provider = _PROVIDERS.get(request.target.split("/")[1])
        return provider.failure(status) if provider else super().failure(request, status)

    def record(self, request: Request) -> Any:
        """Path, key and body: ``{"target", "key", "body"}``, the body as text if it is no JSON."""
        headers = request.headers
        try:
            body = json.loads(request.body)
        except ValueError:
            body = request.body.decode(errors="replace")
        key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        return {"target": request.target, "key": key, "body": body}
