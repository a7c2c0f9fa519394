"""The functions that sign users up, log them in, and manage their API keys."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.triggers import Route
from templates.pkgwatch.contracts import accounts as contracts
from templates.pkgwatch.routes.access import Environment, Grants, Links


def rows(grants: Grants, environment: Environment, _links: Links) -> list[Function]:
    """One row a function: its file, its routes, its permissions, its environment."""
    return [*_logging_in(grants, environment), *_keys(grants, environment)]


def _logging_in(grants: Grants, environment: Environment) -> list[Function]:
    """From signing up to logging out."""
    verify = (
        grants.keys("DeleteItem", "PutItem", "Query", "UpdateItem"),
        grants.referrals("ConditionCheckItem", "PutItem"),
        grants.session_secret,
    )
    start = (grants.keys("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"), grants.send_mail)
    me = (grants.keys("GetItem", "Query", "UpdateItem"), grants.session_secret, grants.stripe_secret)
    account, plan = environment.accounts, {**environment.accounts, **environment.prices, **environment.stripe}
    return [
        Function("signup", (Route("POST /signup", contracts.SIGNUP),), start, account),
        Function(
            "resend_verification",
            (Route("POST /auth/resend-verification", contracts.RESEND_VERIFICATION),),
            (grants.keys("UpdateItem"), grants.send_mail),
            account,
        ),
        Function("verify_email", (Route("GET /verify", contracts.VERIFY_EMAIL),), verify, account),
        Function(
            "magic_link",
            (Route("POST /auth/magic-link", contracts.MAGIC_LINK),),
            (grants.keys("Query", "UpdateItem"), grants.send_mail),
            account,
        ),
        Function(
            "auth_callback",
            (Route("GET /auth/callback", contracts.AUTH_CALLBACK),),
            (grants.keys("Query", "UpdateItem"), grants.session_secret),
            account,
        ),
        Function("auth_me", (Route("GET /auth/me", contracts.AUTH_ME),), me, plan),
        Function("logout", (Route("POST /auth/logout", contracts.LOGOUT),), (), account),
    ]


def _keys(grants: Grants, environment: Environment) -> list[Function]:
    """What users do with their API keys."""
    # The documents spell it in two ways; the dashboard calls the first.
    pending_key = tuple(
        Route(route, contracts.PENDING_KEY) for route in ("GET /auth/pending-key", "GET /api-keys/pending")
    )
    account = environment.accounts
    return [
        Function(
            "get_pending_key", pending_key, (grants.keys("DeleteItem", "GetItem"), grants.session_secret), account
        ),
        Function(
            "get_api_keys",
            (Route("GET /api-keys", contracts.GET_API_KEYS),),
            (grants.keys("GetItem", "Query"), grants.session_secret),
            account,
        ),
        Function(
            "create_api_key",
            (Route("POST /api-keys", contracts.CREATE_API_KEY),),
            (grants.keys("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"), grants.session_secret),
            account,
        ),
        Function(
            "revoke_api_key",
            (Route("DELETE /api-keys/{key_id}", contracts.REVOKE_API_KEY),),
            (grants.keys("DeleteItem", "GetItem", "Query", "UpdateItem"), grants.session_secret),
            account,
        ),
    ]
