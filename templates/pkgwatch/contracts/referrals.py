"""The contracts of the referral routes: what callers may rely on."""

from __future__ import annotations

from pkgops.kit.contract import DAY, TEXT, TRUTH, WHOLE, Answer, Contract, array, nullable, obj, one_of
from templates.pkgwatch.contracts.shared import FAILED, NO_SESSION, SESSION, redirect

_COUNTS = ("total_referrals", "pending_referrals", "paid_conversions", "retained_conversions", "total_rewards_earned")

STATUS = Contract(
    "Whom did I bring, and what did it earn me?",
    {
        200: Answer(
            "The code, the bonus, and the latest twenty referred.",
            obj(
                {
                    "referral_code": TEXT,
                    "referral_url": TEXT,
                    "bonus_requests": WHOLE,
                    "bonus_cap": WHOLE,
                    "bonus_lifetime": WHOLE,
                    "at_cap": TRUTH,
                    "stats": obj(dict.fromkeys(_COUNTS, WHOLE)),
                    "referrals": array(
                        obj(
                            {
                                "email": TEXT,
                                "status": one_of("pending", "credited"),
                                "date": nullable(DAY),
                                "reward": WHOLE,
                            },
                            {"expires": DAY},
                        )
                    ),
                }
            ),
            {"Cache-Control": "no-store"},
        )
    },
    {401: (*NO_SESSION, "invalid_session"), 500: FAILED},
    callers=(SESSION,),
)
ADD_CODE = Contract(
    "Say who brought me",
    {200: Answer("The bonus is granted.", obj({"message": TEXT, "bonus_added": WHOLE}))},
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
    body=obj({"code": {"type": "string", "minLength": 6, "maxLength": 12, "pattern": "^[A-Za-z0-9_-]+$"}}),
)
REDIRECT = Contract(
    "Follow somebody's referral link", redirect("To the start page, with a valid code in ref."), {500: FAILED}
)
