"""Which functions take money, and count a month's requests anew?"""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.sources import Route, Schedule
from templates.pkgwatch import bodies
from templates.pkgwatch.access import Access
from templates.pkgwatch.contracts import billing as said


def rows(a: Access) -> list[Function]:
    """A handler is one row: its file, its routes or schedule, what it may do."""
    checkout = Route("POST /checkout/create", bodies.CREATE_CHECKOUT, contract=said.CHECKOUT)
    portal = Route("POST /billing-portal/create", contract=said.PORTAL)
    # The documents spell it in two ways; the dashboard posts.
    previews = (
        Route("POST /upgrade/preview", bodies.CREATE_CHECKOUT, contract=said.PREVIEW),
        Route("GET /upgrade/preview", contract=said.PREVIEW_BY_QUERY),
    )
    confirm = Route("POST /upgrade/confirm", bodies.UPGRADE_CONFIRM, contract=said.CONFIRM)
    webhook = Route("POST /webhooks/stripe", contract=said.WEBHOOK)
    monthly = Schedule("pkgwatch-monthly-usage-reset", "cron(0 0 1 * ? *)")
    daily = Schedule("pkgwatch-daily-backup-usage-reset", "cron(5 0 * * ? *)")
    sells, prices = (a.keys_r, a.stripe, a.session), {**a.prices, **a.sessions, **a.stripe_base}
    # The mail about a failed payment leads to the dashboard.
    told = {**a.prices, **a.stripe_base, **a.alert_topic, **a.login_mail, **a.site}
    writes = (a.keys_rw, a.billing_rw, a.referrals_rw, a.stripe, a.stripe_webhook, a.alerts, a.mail)
    by_cycle = {"BILLING_CYCLE_RESET_ENABLED": "true"}
    again = (a.keys_rw, a.keys_scan, a.itself("reset_usage"))
    return [
        Function("create_checkout", (checkout,), sells, {**prices, **a.site}),
        Function("create_billing_portal", (portal,), sells, {**a.site, **a.sessions, **a.stripe_base}),
        Function("upgrade_preview", previews, sells, prices),
        Function("upgrade_confirm", (confirm,), (a.keys_rw, a.stripe, a.session), prices),
        Function("stripe_webhook", (webhook,), writes, told, canary="pkgwatch-api-stripewebhook-errors"),
        Function("reset_usage", (monthly,), again, by_cycle, timeout=300),
        Function("backup_reset_usage", (daily,), (a.keys_rw, a.keys_scan), timeout=300),
    ]
