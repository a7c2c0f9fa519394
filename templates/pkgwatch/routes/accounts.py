"""The functions that sign users up, log them in, and manage their API keys."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.triggers import Route
from templates.pkgwatch.contracts import accounts as contracts
from templates.pkgwatch.routes.access import Environment, Grants, Links


def rows(grants: Grants, environment: Environment, _links: Links) -> list[Function]:
    """One row a function: its file, its routes, its permissions, its environment."""
    # The documents spell it in two ways; the dashboard calls the first.
    pending_key = tuple(
        Route(route, contracts.PENDING_KEY) for route in ("GET /auth/pending-key", "GET /api-keys/pending")
    )
    with_session = (grants.write_keys, grants.session_secret)
    with_mail = (grants.write_keys, grants.send_mail)
    verify = (grants.write_keys, grants.write_referrals, grants.session_secret)
    account, plan = environment.accounts, {**environment.accounts, **environment.prices, **environment.stripe}
    return [
        Function("signup", (Route("POST /signup", contracts.SIGNUP),), with_mail, account),
        Function(
            "resend_verification",
            (Route("POST /auth/resend-verification", contracts.RESEND_VERIFICATION),),
            with_mail,
            account,
        ),
        Function("verify_email", (Route("GET /verify", contracts.VERIFY_EMAIL),), verify, account),
        Function("magic_link", (Route("POST /auth/magic-link", contracts.MAGIC_LINK),), with_mail, account),
        Function("auth_callback", (Route("GET /auth/callback", contracts.AUTH_CALLBACK),), with_session, account),
        Function("auth_me", (Route("GET /auth/me", contracts.AUTH_ME),), (*with_session, grants.stripe_secret), plan),
        Function("logout", (Route("POST /auth/logout", contracts.LOGOUT),), (), account),
        Function("get_pending_key", pending_key, with_session, account),
        Function(
            "get_api_keys",
            (Route("GET /api-keys", contracts.GET_API_KEYS),),
            (grants.read_keys, grants.session_secret),
            account,
        ),
        Function("create_api_key", (Route("POST /api-keys", contracts.CREATE_API_KEY),), with_session, account),
        Function(
            "revoke_api_key", (Route("DELETE /api-keys/{key_id}", contracts.REVOKE_API_KEY),), with_session, account
        ),
    ]
