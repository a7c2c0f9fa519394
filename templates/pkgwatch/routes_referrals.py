"""Which functions reward people who bring others?"""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.sources import Route, Schedule
from templates.pkgwatch.access import Access
from templates.pkgwatch.contracts import referrals as said


def rows(a: Access) -> list[Function]:
    """A handler is one row: its file, its routes or schedule, what it may do."""
    status = Route("GET /referral/status", contract=said.STATUS)
    add_code = Route("POST /referral/add-code", contract=said.ADD_CODE)
    redirect = Route("GET /r/{code}", contract=said.REDIRECT)
    retention = Schedule("pkgwatch-referral-retention-check", "cron(30 1 * * ? *)")
    cleanup = Schedule("pkgwatch-referral-cleanup", "cron(0 2 * * ? *)")
    kept, paid = (a.keys_rw, a.referrals_rw, a.stripe), {**a.prices, **a.stripe_base}
    return [
        Function("referral_status", (status,), (a.keys_rw, a.referrals_r, a.session), a.auth),
        Function("add_referral_code", (add_code,), (a.keys_rw, a.referrals_rw, a.session), a.auth),
        Function("referral_redirect", (redirect,), (), a.site),
        Function("referral_retention", (retention,), kept, paid, timeout=300),
        Function("referral_cleanup", (cleanup,), (a.keys_rw, a.keys_scan), timeout=300),
    ]
