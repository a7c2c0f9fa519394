"""The contract of the usage route: what callers may rely on."""

from __future__ import annotations

from pkgops.kit.contract import DATE_TIME, INTEGER, NUMBER, Contract, Response, object_of
from templates.pkgwatch.contracts.shared import FAILED, KEY, LIMITS, NO_STORE, TIER

GET_USAGE = Contract(
    "How much of the month's requests is used?",
    {
        200: Response(
            "The plan, what is used of it, and when it starts again.",
            object_of(
                {
                    "tier": TIER,
                    "usage": object_of(
                        {
                            "requests_this_month": INTEGER,
                            "monthly_limit": INTEGER,
                            "remaining": {"type": "integer", "minimum": 0},
                            "usage_percentage": NUMBER,
                        }
                    ),
                    "reset": object_of({"date": DATE_TIME, "seconds_until_reset": INTEGER}),
                    "limits_by_tier": object_of(dict.fromkeys(TIER["enum"], INTEGER)),
                }
            ),
            {**NO_STORE, **LIMITS},
        )
    },
    {401: ("invalid_api_key",), 500: FAILED},
    callers=(KEY,),
)
