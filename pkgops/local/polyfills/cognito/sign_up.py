"""The pre sign-up trigger gets what the client sends for it, and is asked about users an operator creates, too."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_OPERATOR = "PreSignUp_AdminCreateUser"

# The request that is being served.
_request: ContextVar[Mapping[str, Any] | None] = ContextVar("request", default=None)


def install(_: Types) -> None:
    """Hands ``ValidationData`` and ``ClientMetadata`` to the trigger, and calls it for ``AdminCreateUser``."""
    from ministack.services import cognito

    require(cognito, "_PreSignUpRejected", "_resolve_pool", "_resolve_user", "_attr_list_to_dict")
    wrap(cognito, "_build_presignup_event", _with_data)
    wrap(cognito, "_apply_presignup_trigger", _explained)
    wrap(cognito, "_sign_up", _remembered)
    wrap(cognito, "_admin_create_user", _asking_first)


def _with_data(original: Any) -> Any:
    def build(**parts: Any) -> dict[str, Any]:
        event: dict[str, Any] = original(**parts)
        sent = _request.get() or {}
        rows = sent.get("ValidationData") or []
        event["request"]["validationData"] = {row["Name"]: row.get("Value", "") for row in rows}
        event["request"]["clientMetadata"] = dict(sent.get("ClientMetadata") or {})
        return event

    return build


def _explained(original: Any) -> Any:
    """The client reads the trigger's own message, in AWS's sentence."""

    def apply(*arguments: Any, **named: Any) -> Any:
        from ministack.services import cognito

        try:
            return original(*arguments, **named)
        except cognito._PreSignUpRejected as refused:
            raise cognito._PreSignUpRejected(f"PreSignUp failed with error {_said(str(refused))}.") from refused

    return apply


def _said(text: str) -> str:
    """The message of an error, which the emulator has as the text of its dictionary."""
    try:
        return str(literal_eval(text)["errorMessage"])
    except (ValueError, TypeError, KeyError, SyntaxError):
        return text


def _remembered(original: Any) -> Any:
    def sign_up(data: Mapping[str, Any]) -> Any:
        token = _request.set(data)
        try:
            return original(data)
        finally:
            _request.reset(token)

    return sign_up


def _asking_first(original: Any) -> Any:
    def create(data: Mapping[str, Any]) -> Any:
        from ministack.core.responses import error_response_json
        from ministack.services import cognito

        pool = cognito._resolve_pool(data.get("UserPoolId"))[0]
        if not pool or not data.get("Username") or cognito._resolve_user(pool, data["Username"])[0]:
            return original(data)
        attributes = cognito._attr_list_to_dict(data.get("UserAttributes", []))
        if "email" in (pool.get("UsernameAttributes") or []):
            attributes.setdefault("email", data["Username"])
        token = _request.set(data)
        try:
            cognito._apply_presignup_trigger(pool["Id"], "", data["Username"], attributes, trigger_source=_OPERATOR)
        except cognito._PreSignUpRejected as refused:
            return error_response_json("UserLambdaValidationException", str(refused), 400)
        finally:
            _request.reset(token)
        return original(data)

    return create
