# SPDX-License-Identifier: GPL-3.0-or-later
"""Deliveries of events to webhooks.

As Stripe does: each event to every endpoint that accepts it, immediately and in no order, signed, and again for a
while if the answer is not a success.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import aiohttp

from companions.pkgwatch.stripe.objects import DeletedObject, Resource, all_of, boolean, error, refuse_unknown, required

_RETRIES = (0.5, 1, 2, 5, 15, 60)  # seconds until an event is sent again
_TIMEOUT = aiohttp.ClientTimeout(total=40)  # a function behind the API has 30 s
log = logging.getLogger("companions.stripe")


class Target(NamedTuple):
    """Where events go, and what they are signed with."""

    url: str
    secret: str


class WebhookEndpoint(Resource):
    """An address that receives events. Its secret is shown once, at its creation."""

    object = "webhook_endpoint"
    _id_prefix = "we_"
    _fields = ("url", "enabled_events", "description", "metadata")

    def __init__(self, **given: Any) -> None:
        url = required(given, "url")
        if not url.startswith(("http://", "https://")):
            raise error(400, "Invalid URL: An explicit scheme (such as https) must be provided.", param="url")
        events = required(given, "enabled_events", list)
        super().__init__()
        self.description = given.get("description")
        self.enabled_events = events
        self.metadata = given.get("metadata") or {}
        self.status = "enabled"
        self.url = url
        self._secret = "whsec_" + secrets.token_urlsafe(32)

    @classmethod
    def _api_create(cls, **given: Any) -> Any:
        return _WithSecret(super()._api_create(**given))

    @classmethod
    def _api_update(cls, id: str, **given: Any) -> Any:
        refuse_unknown(given, ("url", "enabled_events", "disabled"))
        endpoint = cls._api_retrieve(id)
        endpoint.url = given.get("url", endpoint.url)
        endpoint.enabled_events = given.get("enabled_events", endpoint.enabled_events)
        if "disabled" in given:
            endpoint.status = "disabled" if boolean(given["disabled"]) else "enabled"
        return endpoint

    @classmethod
    def _api_delete(cls, id: str) -> Any:
        cls._api_retrieve(id)._remove()
        return DeletedObject(id, cls.object)

    def _accepts(self, kind: str) -> bool:
        return self.status == "enabled" and not {"*", kind}.isdisjoint(self.enabled_events)


class _WithSecret:
    def __init__(self, endpoint: Any) -> None:
        self._endpoint = endpoint

    def _export(self, expand: Any = None) -> dict[str, Any]:
        return {**self._endpoint._export(expand), "secret": self._endpoint._secret}


class Deliveries:
    """Sends events; ``deployed()`` are the targets of deployed systems, looked up for every event because systems
    come and go. Must be created in the running loop, and closed."""

    def __init__(self, deployed: Callable[[], Sequence[Target]], retries: Sequence[float] = _RETRIES) -> None:
        self._deployed = deployed
        self._retries = retries
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, event: dict[str, Any]) -> None:
        """Sends an event in the background."""
        registered = [Target(one.url, one._secret) for one in all_of("webhook_endpoint") if one._accepts(event["type"])]
        self._start(self._send_all(event, registered))

    async def close(self) -> None:
        """Cancels what has not been delivered."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send_all(self, event: dict[str, Any], registered: Sequence[Target]) -> None:
        try:
            deployed = await asyncio.to_thread(self._deployed)
        except Exception:
            log.exception("The deployed webhooks could not be looked up")
            deployed = ()
        for target in (*registered, *deployed):
            self._start(self._send(event, target))

    async def _send(self, event: dict[str, Any], target: Target) -> None:
        body = json.dumps(event, indent=2, sort_keys=True)
        for pause in (*self._retries, None):
            answer = await self._post(body, target)
            log.info("%s %s to %s: %s", event["id"], event["type"], target.url, answer)
            if answer.startswith("2") or pause is None:
                return
            await asyncio.sleep(pause)

    async def _post(self, body: str, target: Target) -> str:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, target.secret),
        }
        try:
            async with self._session.post(
                target.url, data=body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                return str(answer.status)
        except (aiohttp.ClientError, TimeoutError) as failed:
            return type(failed).__name__


def signature(body: str, secret: str) -> str:
    """The Stripe-Signature header of a body sent now."""
    timestamp = int(time.time())
    digest = hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"
