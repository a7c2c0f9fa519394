"""The contracts of the account routes: what callers may rely on, and which bodies the gateway lets through."""

from __future__ import annotations

from pkgops.kit.contract import (
    BOOLEAN,
    INTEGER,
    STRING,
    Body,
    Contract,
    QueryParameter,
    Response,
    array_of,
    nullable,
    object_of,
    one_of,
)
from templates.pkgwatch.contracts.shared import (
    API_KEY,
    EMAIL,
    FAILED,
    MAYBE_MOMENT,
    MAYBE_TEXT,
    NO_SESSION,
    NO_STORE,
    SESSION,
    TIER,
    TOKEN,
    message,
    redirect,
    text,
)

_KEY_ID = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
_STARTED = "To the dashboard with a session, or to the start page with error and message in the query."

SIGNUP = Contract(
    "Sign up, or be sent a link to log in",
    message("The same whether the address is known or not: look at your mail."),
    {400: ("invalid_json", "invalid_email", "disposable_email"), 500: FAILED},
    body=Body(
        "SignupRequest",
        {"email": text(5, 254, format="email"), "referral_code": text(6, 12, pattern="^[a-zA-Z0-9_-]+$")},
        required=("email",),
    ),
)
RESEND_VERIFICATION = Contract(
    "Send the mail with the link to verify again",
    message("The same whether the address is known or not."),
    {400: ("invalid_json", "invalid_email"), 500: FAILED},
    body=Body("ResendVerificationRequest", {"email": EMAIL}, required=("email",)),
)
VERIFY_EMAIL = Contract("Follow the link of the first mail", redirect(_STARTED), {500: FAILED}, query=(TOKEN,))
MAGIC_LINK = Contract(
    "Be sent a link to log in",
    message("The same whether the address is known or not."),
    {400: ("invalid_json", "invalid_email"), 500: FAILED},
    body=Body("MagicLinkRequest", {"email": EMAIL}, required=("email",)),
)
AUTH_CALLBACK = Contract("Follow the link to log in", redirect(_STARTED), {500: FAILED}, query=(TOKEN,))
AUTH_ME = Contract(
    "Who am I, and what have I paid for?",
    {
        200: Response(
            "The account.",
            object_of(
                {
                    "user_id": STRING,
                    "email": STRING,
                    "tier": TIER,
                    "requests_this_month": INTEGER,
                    "monthly_limit": INTEGER,
                    "bonus_requests": INTEGER,
                    "bonus_cap": INTEGER,
                    "bonus_lifetime": INTEGER,
                    "effective_limit": INTEGER,
                    "created_at": MAYBE_TEXT,
                    "last_login": MAYBE_TEXT,
                    "cancellation_pending": BOOLEAN,
                    "cancellation_date": nullable(INTEGER),
                    "current_period_end": nullable(INTEGER),
                    "referral_code": MAYBE_TEXT,
                    "can_add_referral": BOOLEAN,
                    "referral_code_deadline": MAYBE_MOMENT,
                    "data_source": one_of("cache", "live"),
                }
            ),
            NO_STORE,
        )
    },
    {401: NO_SESSION, 404: ("user_not_found",), 500: FAILED},
    callers=(SESSION,),
    query=(QueryParameter("refresh", "stripe: ask Stripe for the subscription."),),
)
LOGOUT = Contract(
    "End the session",
    {
        200: Response(
            "There is no session any more.", object_of({"message": STRING}), {"Set-Cookie": "An empty session."}
        )
    },
    {500: FAILED},
)
PENDING_KEY = Contract(
    "Show a new API key, once",
    {200: Response("The key; it is not shown again.", object_of({"api_key": API_KEY, "message": STRING}), NO_STORE)},
    {401: NO_SESSION, 404: ("no_pending_key",), 500: FAILED},
    callers=(SESSION,),
)
GET_API_KEYS = Contract(
    "Which API keys are there?",
    {
        200: Response(
            "They are named by their last characters.",
            object_of(
                {
                    "api_keys": array_of(
                        object_of(
                            {
                                "key_id": _KEY_ID,
                                "key_prefix": STRING,
                                "key_name": MAYBE_TEXT,
                                "tier": TIER,
                                "requests_this_month": INTEGER,
                                "created_at": MAYBE_TEXT,
                                "last_used": MAYBE_TEXT,
                            }
                        )
                    )
                },
                {"revoke_offer": object_of({"key_ids": array_of(_KEY_ID), "message": STRING})},
            ),
            NO_STORE,
        )
    },
    {401: NO_SESSION, 500: FAILED},
    callers=(SESSION,),
)
CREATE_API_KEY = Contract(
    "Make an API key",
    {
        201: Response(
            "The key; it is not shown again. It is the only one if the others were to be revoked.",
            object_of({"api_key": API_KEY, "key_id": STRING, "message": STRING}, {"revoked": INTEGER}),
            NO_STORE,
        )
    },
    {
        400: ("invalid_key_name", "max_keys_reached"),
        401: NO_SESSION,
        409: ("key_creation_failed",),
        500: FAILED,
    },
    callers=(SESSION,),
    body=Body("CreateApiKeyRequest", {"name": text(1, 100), "revoke_others": BOOLEAN}),
)
REVOKE_API_KEY = Contract(
    "Revoke an API key",
    {204: Response("It is revoked.")},
    {
        400: ("missing_key_id", "cannot_revoke_last_key"),
        401: NO_SESSION,
        404: ("key_not_found",),
        500: FAILED,
    },
    callers=(SESSION,),
)
