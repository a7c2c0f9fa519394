"""Which JSON bodies does PkgWatch's API accept?

API Gateway checks them before a function runs; fields that are not listed are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pkgops.kit.sources import Body

Rule = Mapping[str, Any]


def _text(shortest: int, longest: int, **more: Any) -> Rule:
    return {"type": "string", "minLength": shortest, "maxLength": longest, **more}


_ECOSYSTEM: Rule = {"type": "string", "enum": ["npm", "pypi"]}
_EMAIL = _text(5, 254)
_SESSION = {"recovery_session_id": _text(1, 100)}

SCAN = Body(
    "ScanRequest",
    {
        "content": {"type": "string"},
        "dependencies": {"type": "object"},
        "devDependencies": {"type": "object"},
        "ecosystem": _ECOSYSTEM,
    },
)
REQUEST_PACKAGE = Body("RequestPackageRequest", {"name": _text(1, 256), "ecosystem": _ECOSYSTEM}, required=("name",))
SIGNUP = Body(
    "SignupRequest",
    {
        "email": _text(5, 254, format="email"),
        "referral_code": _text(6, 12, pattern="^[a-zA-Z0-9_-]+$"),
    },
    required=("email",),
)
MAGIC_LINK = Body("MagicLinkRequest", {"email": _EMAIL}, required=("email",))
RESEND_VERIFICATION = Body("ResendVerificationRequest", {"email": _EMAIL}, required=("email",))
CREATE_API_KEY = Body("CreateApiKeyRequest", {"name": _text(1, 100)})
CREATE_CHECKOUT = Body(
    "CreateCheckoutRequest",
    {"tier": {"type": "string", "enum": ["starter", "pro", "business"]}},
    required=("tier",),
)
UPGRADE_CONFIRM = Body(
    "UpgradeConfirmRequest",
    {"tier": {"type": "string", "enum": ["pro", "business"]}, "proration_date": {"type": "integer"}},
    required=("tier", "proration_date"),
)
RECOVERY_INITIATE = Body("RecoveryInitiateRequest", {"email": _EMAIL}, required=("email",))
RECOVERY_VERIFY_API_KEY = Body(
    "RecoveryVerifyApiKeyRequest",
    {**_SESSION, "api_key": _text(1, 100)},
    required=("recovery_session_id", "api_key"),
)
RECOVERY_VERIFY_CODE = Body(
    "RecoveryVerifyCodeRequest",
    {**_SESSION, "recovery_code": _text(1, 50)},
    required=("recovery_session_id", "recovery_code"),
)
RECOVERY_UPDATE_EMAIL = Body(
    "RecoveryUpdateEmailRequest",
    {"recovery_token": _text(1, 100), "new_email": _EMAIL},
    required=("recovery_token", "new_email"),
)
