"""The functions that reward users who refer others."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.triggers import Route, Schedule
from templates.pkgwatch.contracts import referrals as contracts
from templates.pkgwatch.routes.access import Environment, Grants, Links


def rows(grants: Grants, environment: Environment, _links: Links) -> list[Function]:
    """One row a function: its file, its routes or schedule, its permissions, its environment."""
    status = Route("GET /referral/status", contracts.STATUS)
    add_code = Route("POST /referral/add-code", contracts.ADD_CODE)
    redirect = Route("GET /r/{code}", contracts.REDIRECT)
    retention = Schedule("pkgwatch-referral-retention-check", "cron(30 1 * * ? *)")
    cleanup = Schedule("pkgwatch-referral-cleanup", "cron(0 2 * * ? *)")
    account = environment.accounts
    return [
        Function(
            "referral_status",
            (status,),
            (grants.keys("GetItem", "Query", "UpdateItem"), grants.referrals("Query"), grants.session_secret),
            account,
        ),
        Function(
            "add_referral_code",
            (add_code,),
            (
                grants.keys("GetItem", "Query", "UpdateItem"),
                grants.referrals("ConditionCheckItem", "PutItem"),
                grants.session_secret,
            ),
            account,
        ),
        Function("referral_redirect", (redirect,), (), environment.site),
        Function(
            "referral_retention",
            (retention,),
            (
                grants.keys("GetItem", "Query", "UpdateItem"),
                grants.referrals("ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
                grants.stripe_secret,
            ),
            {**environment.prices, **environment.stripe},
            timeout=300,
        ),
        Function("referral_cleanup", (cleanup,), (grants.keys("GetItem", "Scan", "UpdateItem"),), timeout=300),
    ]
