"""The gateway checks request bodies as documented; the table here is that of the documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.templates.test_pkgwatch_http import methods, of_type

Find = Callable[..., dict[str, Any]]


def text(shortest: int, longest: int, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": shortest, "maxLength": longest, **more}


EMAIL = {"email": text(5, 254)}
SESSION = {"recovery_session_id": text(1, 100)}
# (model, properties, required)
MODELS: dict[str, Any] = {
    "POST /scan": (
        "ScanRequest",
        {
            "content": {"type": "string"},
            "dependencies": {"type": "object"},
            "devDependencies": {"type": "object"},
            "ecosystem": {"type": "string", "enum": ["npm", "pypi"]},
        },
        set(),
    ),
    "POST /packages/request": (
        "RequestPackageRequest",
        {"name": text(1, 256), "ecosystem": {"type": "string", "enum": ["npm", "pypi"]}},
        {"name"},
    ),
    "POST /signup": (
        "SignupRequest",
        {"email": text(5, 254, format="email"), "referral_code": text(6, 12, pattern="^[a-zA-Z0-9_-]+$")},
        {"email"},
    ),
    "POST /auth/magic-link": ("MagicLinkRequest", EMAIL, {"email"}),
    "POST /auth/resend-verification": ("ResendVerificationRequest", EMAIL, {"email"}),
    "POST /recovery/initiate": ("RecoveryInitiateRequest", EMAIL, {"email"}),
    **dict.fromkeys(
        ("POST /checkout/create", "POST /upgrade/preview"),
        ("CreateCheckoutRequest", {"tier": {"type": "string", "enum": ["starter", "pro", "business"]}}, {"tier"}),
    ),
    "POST /upgrade/confirm": (
        "UpgradeConfirmRequest",
        {"tier": {"type": "string", "enum": ["pro", "business"]}, "proration_date": {"type": "integer"}},
        {"tier", "proration_date"},
    ),
    "POST /api-keys": ("CreateApiKeyRequest", {"name": text(1, 100), "revoke_others": {"type": "boolean"}}, set()),
    "POST /recovery/verify-api-key": (
        "RecoveryVerifyApiKeyRequest",
        {**SESSION, "api_key": text(1, 100)},
        {"recovery_session_id", "api_key"},
    ),
    "POST /recovery/verify-code": (
        "RecoveryVerifyCodeRequest",
        {**SESSION, "recovery_code": text(1, 50)},
        {"recovery_session_id", "recovery_code"},
    ),
    "POST /recovery/update-email": (
        "RecoveryUpdateEmailRequest",
        {"recovery_token": text(1, 100), "new_email": text(5, 254)},
        {"recovery_token", "new_email"},
    ),
}


def test_bodies_are_checked(template: Find) -> None:
    api = template("pkgwatch", "prod", "api")
    (validator,) = of_type(api, "AWS::ApiGateway::RequestValidator").items()
    assert validator[1]["ValidateRequestBody"] is True
    assert validator[1]["ValidateRequestParameters"] is False
    for route, method in methods(api).items():
        if route not in MODELS:
            assert "RequestModels" not in method
            continue
        assert method["RequestValidatorId"] == {"Ref": validator[0]}
        name, properties, required = MODELS[route]
        model = api["Resources"][method["RequestModels"]["application/json"]["Ref"]]["Properties"]
        assert (model["Name"], model["ContentType"]) == (name, "application/json")
        schema = json.loads(model["Schema"])
        assert (schema["type"], schema["additionalProperties"]) == ("object", False)
        assert schema["properties"] == properties
        assert set(schema.get("required", [])) == required
