"""The contracts of the referral routes: what callers may rely on."""

from __future__ import annotations

from pkgops.kit.contract import (
    BOOLEAN,
    DATE,
    INTEGER,
    STRING,
    Contract,
    Response,
    array_of,
    nullable,
    object_of,
    one_of,
)
from templates.pkgwatch.contracts.shared import FAILED, NO_SESSION, NO_STORE, SESSION, redirect

_COUNTS = ("total_referrals", "pending_referrals", "paid_conversions", "retained_conversions", "total_rewards_earned")

STATUS = Contract(
    "Whom did I bring, and what did it earn me?",
    {
        200: Response(
            "The code, the bonus, and the latest twenty referred.",
            object_of(
                {
                    "referral_code": STRING,
                    "referral_url": STRING,
                    "bonus_requests": INTEGER,
                    "bonus_cap": INTEGER,
                    "bonus_lifetime": INTEGER,
                    "at_cap": BOOLEAN,
                    "stats": object_of(dict.fromkeys(_COUNTS, INTEGER)),
                    "referrals": array_of(
                        object_of(
                            {
                                "email": STRING,
                                "status": one_of("pending", "credited"),
                                "date": nullable(DATE),
                                "reward": INTEGER,
                            },
                            {"expires": DATE},
                        )
                    ),
                }
            ),
            NO_STORE,
        )
    },
    {401: (*NO_SESSION, "invalid_session"), 500: FAILED},
    callers=(SESSION,),
)
ADD_CODE = Contract(
    "Say who brought me",
    {200: Response("The bonus is granted.", object_of({"message": STRING, "bonus_added": INTEGER}))},
    {
        400: (
            "payload_too_large",
            "invalid_json",
            "invalid_code",
            "invalid_account",
            "window_expired",
            "code_not_found",
            "self_referral",
        ),
        401: NO_SESSION,
        404: ("user_not_found",),
        409: ("already_referred",),
        500: FAILED,
    },
    callers=(SESSION,),
    body=object_of({"code": {"type": "string", "minLength": 6, "maxLength": 12, "pattern": "^[A-Za-z0-9_-]+$"}}),
)
REDIRECT = Contract(
    "Follow somebody's referral link", redirect("To the start page, with a valid code in ref."), {500: FAILED}
)
