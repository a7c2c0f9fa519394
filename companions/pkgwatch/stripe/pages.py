# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages behind the links of sessions.

Plain forms, so that curl can send them too: ``curl -d '' URL`` pays, ``curl -d action=cancel URL`` cancels.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

from aiohttp import web

from companions.pkgwatch.stripe.checkout import VISA, Session
from companions.pkgwatch.stripe.objects import Error, Product, lookup
from companions.pkgwatch.stripe.portal import ACTIONS, PortalSession

_CARDS = {
    VISA: "works",
    "4000000000000341": "works now, is declined when charged later",
    "4000000000000002": "is declined",
}
_NOTICE = "Stripe on this machine: no money moves, and everything is lost when the emulator stops."


def routes(app: web.Application) -> None:
    """Adds the routes of the pages."""
    app.router.add_get("/pages/pay/{id}", _checkout)
    app.router.add_post("/pages/pay/{id}", _pay)
    app.router.add_get("/pages/portal/{id}", _portal)
    app.router.add_post("/pages/portal/{id}", _act)


async def _checkout(request: web.Request) -> web.Response:
    if request.query.get("confirm"):
        return await _pay(request)
    session = Session._api_retrieve(request.match_info["id"])
    return _checkout_page(session) if session.status == "open" else _closed_page(session)


async def _pay(request: web.Request) -> web.Response:
    session = Session._api_retrieve(request.match_info["id"])
    if session.status != "open":
        return _closed_page(session)
    form = {**request.query, **await request.post()}
    try:
        session._complete(str(form.get("card") or VISA), str(form.get("email") or ""))
    except Error as refused:
        return _checkout_page(session, refused.body["error"]["message"], refused.code)
    return _redirect(session.success_url)


async def _portal(request: web.Request) -> web.Response:
    return _portal_page(PortalSession._api_retrieve(request.match_info["id"]))


async def _act(request: web.Request) -> web.Response:
    session = PortalSession._api_retrieve(request.match_info["id"])
    form = await request.post()
    try:
        session._act(str(form.get("action") or ""), str(form.get("card") or VISA))
    except Error as refused:
        return _portal_page(session, refused.body["error"]["message"], refused.code)
    return _portal_page(session)


def _closed_page(session: Any) -> web.Response:
    if session.status == "complete":
        return _redirect(session.success_url)
    return _page("Checkout", "<p>This checkout session has expired.</p>", 410)


def _checkout_page(session: Any, note: str = "", status: int = 200) -> web.Response:
    price = lookup("price", session._item["price"])
    email = "" if session.customer else _field("email", session.customer_email or "")
    body = (
        f"<p>{escape(Product._api_retrieve(price.product).name)}: {_money(session.amount_total, session.currency)} "
        f"a {price.recurring['interval']}</p>{_note(note)}"
        f'<form method="post">{email}{_cards()}<button>Subscribe</button></form>'
        + (f'<p><a href="{escape(session.cancel_url)}">Back</a></p>' if session.cancel_url else "")
    )
    return _page("Checkout", body, status)


def _portal_page(session: Any, note: str = "", status: int = 200) -> web.Response:
    subscription = session._subscription()
    body = _note(note)
    if subscription is None:
        body += "<p>There is no subscription.</p>"
    else:
        item = subscription.items._list[0]
        renewal = "ends" if subscription.cancel_at_period_end else "is renewed"
        body += (
            f"<p>{escape(Product._api_retrieve(item.price.product).name)}, {subscription.status}; "
            f"{renewal} on {datetime.fromtimestamp(item.current_period_end, UTC):%Y-%m-%d}</p>"
        )
        for action, label in ACTIONS.items():
            cards = _cards() if action == "card" else ""
            hidden = f'<input type="hidden" name="action" value="{action}">'
            body += f'<form method="post">{hidden}{cards}<button>{label}</button></form>'
    if session.return_url:
        body += f'<p><a href="{escape(session.return_url)}">Back</a></p>'
    return _page("Billing", body, status)


def _page(title: str, body: str, status: int = 200) -> web.Response:
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<body><h1>{title}</h1><p>{_NOTICE}</p>{body}</body></html>"
    )
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _redirect(url: str) -> web.Response:
    return web.Response(status=303, headers={"Location": url})


def _note(text: str) -> str:
    return f"<p><strong>{escape(text)}</strong></p>" if text else ""


def _cards() -> str:
    options = "".join(f'<option value="{number}">{number} ({what})</option>' for number, what in _CARDS.items())
    return f'<label>Card <select name="card">{options}</select></label>'


def _field(name: str, value: str) -> str:
    return f'<label>{name} <input name="{name}" value="{escape(value)}"></label>'


def _money(cents: int, currency: str) -> str:
    return f"{cents / 100:.2f} {currency.upper()}"
