"""The contracts of the recovery routes: what callers may rely on, and which bodies the gateway lets through."""

from __future__ import annotations

from pkgops.kit.contract import (
    BOOLEAN,
    INTEGER,
    STRING,
    Body,
    Contract,
    ErrorResponse,
    Response,
    array_of,
    object_of,
    one_of,
)
from templates.pkgwatch.contracts.shared import (
    EMAIL,
    FAILED,
    MAYBE_MOMENT,
    NO_SESSION,
    NO_STORE,
    RECOVERY_CODE,
    RETRY,
    SESSION,
    TOKEN,
    message,
    redirect,
    text,
)

_CODES = array_of(RECOVERY_CODE)
_SESSION_ID = text(1, 100)

PENDING_CODES = Contract(
    "Show the first recovery codes, once",
    {200: Response("The codes; they are not shown again.", object_of({"codes": _CODES, "message": STRING}), NO_STORE)},
    {401: NO_SESSION, 404: ("no_pending_codes",), 500: FAILED},
    callers=(SESSION,),
)
COUNT_CODES = Contract(
    "How many recovery codes are left?",
    {
        200: Response(
            "Their number.",
            object_of(
                {
                    "has_codes": BOOLEAN,
                    "codes_remaining": INTEGER,
                    "generated_at": MAYBE_MOMENT,
                    "original_count": INTEGER,
                }
            ),
        )
    },
    {401: ("unauthorized",), 500: FAILED},
    callers=(SESSION,),
)
NEW_CODES = Contract(
    "Make new recovery codes; the old ones no longer work",
    {
        200: Response(
            "The codes; they are not shown again.",
            object_of({"message": STRING, "codes": _CODES, "codes_count": INTEGER, "generated_at": MAYBE_MOMENT}),
        )
    },
    {401: ("unauthorized",), 500: FAILED},
    callers=(SESSION,),
)
DELETE_CODES = Contract(
    "Do without recovery codes",
    message("There are none any more."),
    {401: ("unauthorized",), 500: FAILED},
    callers=(SESSION,),
)
INITIATE = Contract(
    "Begin to recover an account",
    {
        200: Response(
            "The same whether the address is known or not.",
            object_of(
                {
                    "recovery_session_id": STRING,
                    "masked_email": STRING,
                    "has_recovery_codes": BOOLEAN,
                    "message": STRING,
                }
            ),
        )
    },
    {400: ("invalid_json", "invalid_email"), 429: ErrorResponse(("rate_limited",), headers=RETRY), 500: FAILED},
    body=Body("RecoveryInitiateRequest", {"email": EMAIL}, required=("email",)),
)
VERIFY_API_KEY = Contract(
    "Prove an account by one of its API keys",
    {200: Response("A link to log in is in the mail.", object_of({"message": STRING, "method": one_of("api_key")}))},
    {
        400: (
            "invalid_json",
            "missing_session",
            "missing_api_key",
            "invalid_api_key",
            "invalid_credentials",
            "invalid_session",
            "session_expired",
        ),
        500: FAILED,
    },
    body=Body(
        "RecoveryVerifyApiKeyRequest",
        {"recovery_session_id": _SESSION_ID, "api_key": text(1, 100)},
        required=("recovery_session_id", "api_key"),
    ),
)
VERIFY_CODE = Contract(
    "Prove an account by a recovery code",
    {
        200: Response(
            "What allows a change of the address.",
            object_of({"recovery_token": STRING, "codes_remaining": INTEGER, "message": STRING}),
        )
    },
    {
        400: (
            "invalid_json",
            "missing_session",
            "missing_code",
            "invalid_code_format",
            "invalid_session",
            "session_expired",
            "invalid_code",
        ),
        409: ("concurrent_modification",),
        429: ("too_many_attempts",),
        500: FAILED,
    },
    body=Body(
        "RecoveryVerifyCodeRequest",
        {"recovery_session_id": _SESSION_ID, "recovery_code": text(1, 50)},
        required=("recovery_session_id", "recovery_code"),
    ),
)
UPDATE_EMAIL = Contract(
    "Give an account another address",
    {
        200: Response(
            "A link to confirm it is in the new address's mail.",
            object_of({"message": STRING, "masked_new_email": STRING}),
        )
    },
    {
        400: (
            "invalid_json",
            "missing_token",
            "missing_email",
            "invalid_email",
            "invalid_token",
            "session_expired",
            "session_not_verified",
            "change_already_initiated",
            "email_in_use",
        ),
        500: FAILED,
    },
    body=Body(
        "RecoveryUpdateEmailRequest",
        {"recovery_token": text(1, 100), "new_email": EMAIL},
        required=("recovery_token", "new_email"),
    ),
)
CONFIRM_EMAIL = Contract(
    "Follow the link that confirms a new address",
    redirect("To the dashboard with a session, or to the recovery page with error in the query."),
    {500: FAILED},
    query=(TOKEN,),
)
