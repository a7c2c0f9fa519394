"""The functions that sell plans and take Stripe's events."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.triggers import Route
from templates.pkgwatch.contracts import billing as contracts
from templates.pkgwatch.routes.access import Environment, Grants, Links


def rows(grants: Grants, environment: Environment, links: Links) -> list[Function]:
    """One row a function: its file, its routes, its permissions, its environment."""
    # The documents spell it in two ways; the dashboard posts.
    previews = (
        Route("POST /upgrade/preview", contracts.PREVIEW),
        Route("GET /upgrade/preview", contracts.PREVIEW_BY_QUERY),
    )
    checkout = Route("POST /checkout/create", contracts.CHECKOUT)
    portal = Route("POST /billing-portal/create", contracts.PORTAL)
    confirm = Route("POST /upgrade/confirm", contracts.CONFIRM)
    sell = (grants.keys("GetItem", "Query"), grants.stripe_secret)
    upgrade = (grants.keys("GetItem", "Query", "UpdateItem"), grants.stripe_secret)
    prices, stripe, site = environment.prices, environment.stripe, environment.site
    session = (links.session,)
    return [
        Function("create_checkout", (checkout,), sell, {**prices, **stripe, **site}, links=session),
        Function("create_billing_portal", (portal,), sell, {**stripe, **site}, links=session),
        Function("upgrade_preview", previews, sell, {**prices, **stripe}, links=session),
        Function("upgrade_confirm", (confirm,), upgrade, {**prices, **stripe}, links=session),
        _webhook(grants, environment),
    ]


def _webhook(grants: Grants, environment: Environment) -> Function:
    tables = (
        grants.keys("GetItem", "Query", "UpdateItem"),
        grants.billing_events("PutItem", "UpdateItem"),
        grants.referrals("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem"),
    )
    services = (
        grants.stripe_secret,
        grants.webhook_secret,
        grants.publish_alerts,
        grants.use_alert_key,
        grants.send_mail,
    )
    # The mail about a failed payment leads to the dashboard.
    mail = {**environment.login_mail, **environment.site}
    return Function(
        "stripe_webhook",
        (Route("POST /webhooks/stripe", contracts.WEBHOOK),),
        (*tables, *services),
        {**environment.prices, **environment.stripe, **environment.alert_topic, **mail},
        canary="pkgwatch-api-stripewebhook-errors",
    )
