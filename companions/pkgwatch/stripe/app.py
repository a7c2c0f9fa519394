# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's routes and what holds for all of them: errors, authorization, idempotency."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from localstripe import resources, server

from companions.pkgwatch.stripe import checkout, pages, portal
from companions.pkgwatch.stripe.deliveries import WebhookEndpoint
from companions.pkgwatch.stripe.invoices import Invoice
from companions.pkgwatch.stripe.objects import Error, error
from companions.pkgwatch.stripe.prices import Price
from companions.pkgwatch.stripe.subscriptions import Subscription
from pkgops.local.companion import Context

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Resources of localstripe that Stripe still has in that form.
_UNCHANGED = (
    resources.BalanceTransaction,
    resources.Charge,
    resources.Coupon,
    resources.Customer,
    resources.Event,
    resources.PaymentIntent,
    resources.PaymentMethod,
    resources.Product,
    resources.Refund,
    resources.SetupIntent,
)
_REPLACED = {
    "/v1/prices": Price,
    "/v1/subscriptions": Subscription,
    "/v1/invoices": Invoice,
    "/v1/checkout/sessions": checkout.Session,
    "/v1/billing_portal/sessions": portal.PortalSession,
    "/v1/webhook_endpoints": WebhookEndpoint,
}
_ACTIONS = (
    ("POST", "/v1/invoices/create_preview", Invoice._api_preview),
    ("POST", "/v1/invoices/{id}/pay", Invoice._api_pay),
    ("POST", "/v1/checkout/sessions/{id}/expire", checkout.Session._api_expire),
)
_EXTRA_PATHS = ("/v1/charges", "/v1/payment_intents", "/v1/payment_methods", "/v1/setup_intents")
_KEYS = 10_000  # idempotency keys that are kept


def application(context: Context) -> web.Application:
    """The server of a companion's context."""
    checkout.Session._base = portal.PortalSession._base = context.base
    app = web.Application(middlewares=[_errors, _guarded(context), _authorized, _Idempotency()])
    for method, path, function in (*_ACTIONS, *_extra()):
        app.router.add_route(method, path, server.api_extra(function, path))
    for path, kind in (*((f"/v1/{one.object}s", one) for one in _UNCHANGED), *_REPLACED.items()):
        app.router.add_post(path, server.api_create(kind, path))
        app.router.add_get(path + "/{id}", _asynchronous(server.api_retrieve(kind, path)))
        app.router.add_post(path + "/{id}", server.api_update(kind, path))
        app.router.add_delete(path + "/{id}", _asynchronous(server.api_delete(kind, path)))
        app.router.add_get(path, _asynchronous(server.api_list_all(kind, path)))
    pages.routes(app)
    return app


def _extra() -> list[tuple[str, str, Any]]:
    rows = [row for row in resources.extra_apis if isinstance(row[0], str)]
    return [(method, path, function) for method, path, function in rows if path.startswith(_EXTRA_PATHS)]


def _asynchronous(handle: Callable[[web.Request], web.Response]) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return handle(request)

    return answer


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals in Stripe's shape, for unknown addresses too."""
    try:
        return await handler(request)
    except Error as refused:
        answer: web.StreamResponse = refused.to_response()
        return answer
    except web.HTTPException as refused:
        text = f"Unrecognized request URL ({request.method}: {request.path})."
        unknown: Any = error(refused.status, text)
        return web.json_response(unknown.body, status=refused.status)


def _guarded(context: Context) -> Any:
    """As the emulator's guard: no other Host, no web page but the ones served here."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if context.allows(request.path, request.headers):
            return await handler(request)
        raise error(403, "Refused: this server answers only to this machine.")

    return guarded


@web.middleware
async def _authorized(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith("/v1/") and not _secret_key(request.headers.get("Authorization", "")):
        raise error(401, "You did not provide an API key that starts with sk_.")
    return await handler(request)


def _secret_key(header: str) -> bool:
    scheme, _, key = header.partition(" ")
    return scheme == "Bearer" and key.startswith("sk_") and len(key) > 5


class _Idempotency:
    """Runs requests with the same Idempotency-Key once, and answers the others with the same response."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[bytes, int, bytes]] = {}
        self.__middleware_version__ = 1

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return await handler(request)
        content = request.path.encode() + b"\0" + await request.read()
        if key in self._known:
            before, status, body = self._known[key]
            if before != content:
                text = f"Keys for idempotent requests can only be used with the same parameters: '{key}'."
                raise error(400, text, "idempotency_error")
            headers = {"Idempotent-Replayed": "true"}
            return web.Response(body=body, status=status, content_type="application/json", headers=headers)
        status, body = await _outcome(request, handler)
        if status < 300 or status == 402:
            self._known[key] = content, status, body
            if len(self._known) > _KEYS:
                del self._known[next(iter(self._known))]
        return web.Response(body=body, status=status, content_type="application/json")


async def _outcome(request: web.Request, handler: Handler) -> tuple[int, bytes]:
    try:
        answer = await handler(request)
    except Error as refused:
        refusal: Mapping[str, Any] = refused.body
        return refused.code, json.dumps(refusal).encode()
    body = answer.body if isinstance(answer, web.Response) else b""
    return answer.status, body if isinstance(body, bytes) else b""
