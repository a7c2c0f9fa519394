"""The contract of the usage route: what callers may rely on."""

from __future__ import annotations

from pkgops.kit.contract import MOMENT, NUMBER, WHOLE, Answer, Contract, obj
from templates.pkgwatch.contracts.shared import FAILED, KEY, LIMITS, NO_STORE, TIER

GET_USAGE = Contract(
    "How much of the month's requests is used?",
    {
        200: Answer(
            "The plan, what is used of it, and when it starts again.",
            obj(
                {
                    "tier": TIER,
                    "usage": obj(
                        {
                            "requests_this_month": WHOLE,
                            "monthly_limit": WHOLE,
                            "remaining": {"type": "integer", "minimum": 0},
                            "usage_percentage": NUMBER,
                        }
                    ),
                    "reset": obj({"date": MOMENT, "seconds_until_reset": WHOLE}),
                    "limits_by_tier": obj(dict.fromkeys(TIER["enum"], WHOLE)),
                }
            ),
            {**NO_STORE, **{name: text for name, text in LIMITS.items() if name != "X-RateLimit-Reset"}},
        )
    },
    {401: ("invalid_api_key",), 500: FAILED},
    callers=(KEY,),
)
