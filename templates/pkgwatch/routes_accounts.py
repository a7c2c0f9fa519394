"""Which functions sign people up, log them in, and hand out API keys?"""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.sources import Route
from templates.pkgwatch import bodies
from templates.pkgwatch.access import Access
from templates.pkgwatch.contracts import accounts as said


def rows(a: Access) -> list[Function]:
    """A handler is one row: its file, its routes, what it may do."""
    signup = Route("POST /signup", bodies.SIGNUP, contract=said.SIGNUP)
    resend = Route("POST /auth/resend-verification", bodies.RESEND_VERIFICATION, contract=said.RESEND_VERIFICATION)
    verify = Route("GET /verify", contract=said.VERIFY_EMAIL)
    magic_link = Route("POST /auth/magic-link", bodies.MAGIC_LINK, contract=said.MAGIC_LINK)
    callback = Route("GET /auth/callback", contract=said.AUTH_CALLBACK)
    auth_me = Route("GET /auth/me", contract=said.AUTH_ME)
    logout = Route("POST /auth/logout", contract=said.LOGOUT)
    # The documents spell it in two ways; the dashboard calls the first.
    pending_key = tuple(
        Route(route, contract=said.PENDING_KEY) for route in ("GET /auth/pending-key", "GET /api-keys/pending")
    )
    create = Route("POST /api-keys", bodies.CREATE_API_KEY, contract=said.CREATE_API_KEY)
    show = Route("GET /api-keys", contract=said.GET_API_KEYS)
    revoke = Route("DELETE /api-keys/{key_id}", contract=said.REVOKE_API_KEY)
    by_session = (a.keys_rw, a.session)
    return [
        Function("signup", (signup,), (a.keys_rw, a.mail), a.auth),
        Function("resend_verification", (resend,), (a.keys_rw, a.mail), a.auth),
        Function("verify_email", (verify,), (a.keys_rw, a.referrals_rw, a.session), a.auth),
        Function("magic_link", (magic_link,), (a.keys_rw, a.mail), a.auth),
        Function("auth_callback", (callback,), by_session, a.auth),
        Function("auth_me", (auth_me,), (*by_session, a.stripe), {**a.auth, **a.prices, **a.stripe_base}),
        Function("logout", (logout,), (), a.auth),
        Function("get_pending_key", pending_key, by_session, a.auth),
        Function("get_api_keys", (show,), (a.keys_r, a.session), a.auth),
        Function("create_api_key", (create,), by_session, a.auth),
        Function("revoke_api_key", (revoke,), by_session, a.auth),
    ]
