"""What is the answer to POST /webhooks/stripe?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import stripe as sdk

from handlers.common.aws import ServiceError
from handlers.common.logs import logger
from handlers.common.secrets import SecretUnavailable, secret
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.pkgwatch.billing import claims
from handlers.pkgwatch.billing.answers import client, log_stripe, unavailable
from handlers.pkgwatch.billing.events import Services, handle
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import error_body

_TOLERANCE = 300  # seconds a signature may be old
_PASSING = (sdk.APIConnectionError, sdk.RateLimitError, sdk.APIError)


def answer(request: Request, services: Services, now: datetime) -> Response:
    """Takes an event in, once. 2xx means that Stripe need not send it again."""
    client()  # refuses where Stripe is not set up, before anything is claimed
    event = _event(request, _signing_secret())
    try:
        if not claims.take(services.billing, event, now):
            return json_response(200, {"received": True, "duplicate": True})
    except ServiceError as error:
        logger.exception("An event could not be claimed")
        raise _again("temporary_error") from error
    return _handled(services, event, now)


def _signing_secret() -> str:
    try:
        return secret(settings().stripe_webhook_secret_arn, "secret")
    except SecretUnavailable as error:
        logger.error("Signatures cannot be checked: %s", error)
        raise ApiError(500, "stripe_not_configured", "The webhook is not set up.") from error


def _event(request: Request, signing: str) -> dict[str, Any]:
    header = request.header("stripe-signature")
    if not header:
        raise ApiError(400, "missing_signature", "The Stripe-Signature header is missing.")
    try:
        payload = request.body().decode()
        sdk.WebhookSignature.verify_header(payload, header, signing, _TOLERANCE)
    except (sdk.SignatureVerificationError, ValueError, TypeError) as error:
        raise ApiError(400, "invalid_signature", "The signature does not fit the body.") from error
    try:
        event = json.loads(payload)
    except (ValueError, RecursionError):
        event = None
    if not _complete(event):
        raise ApiError(400, "invalid_webhook_payload", "The body is no event of Stripe.")
    found: dict[str, Any] = event
    return found


def _complete(event: Any) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        return False
    texts = (event.get("id"), event.get("type"))
    return isinstance(event["data"].get("object"), dict) and all(text and isinstance(text, str) for text in texts)


def _handled(services: Services, event: Mapping[str, Any], now: datetime) -> Response:
    """Deals with a claimed event. What may pass is answered with 5xx, so that Stripe sends it again; what would
    fail every time is not."""
    try:
        handle(services, event, now)
        claims.succeeded(services.billing, event, datetime.now(UTC))
    except ServiceError as error:
        raise _released(services, event, error, _again("temporary_error")) from error
    except _PASSING as error:
        log_stripe(error)
        raise _released(services, event, error, unavailable()) from error
    except sdk.StripeError as error:
        log_stripe(error)
        return _given_up(services, event, error, "stripe_validation_error")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return _given_up(services, event, error, "invalid_event_data")
    except Exception as error:
        raise _released(services, event, error, _again("processing_failed")) from error
    return json_response(200, {"received": True})


def _released(services: Services, event: Mapping[str, Any], error: Exception, answered: ApiError) -> ApiError:
    logger.exception("An event was not dealt with", extra={"event_id": event["id"], "event_type": event["type"]})
    _record(services, event, error)
    return answered


def _given_up(services: Services, event: Mapping[str, Any], error: Exception, code: str) -> Response:
    logger.exception("An event cannot be dealt with", extra={"event_id": event["id"], "event_type": event["type"]})
    _record(services, event, error)
    error = ApiError(200, code, "The event was received and cannot be dealt with.")
    return json_response(200, {**error_body(error), "received": True, "processed": False})


def _record(services: Services, event: Mapping[str, Any], error: Exception) -> None:
    """Gives the claim back; if that fails too, it runs out by itself."""
    try:
        claims.failed(services.billing, event, type(error).__name__, datetime.now(UTC))
    except ServiceError:
        logger.exception("A claim was not given back", extra={"event_id": event["id"]})


def _again(code: str) -> ApiError:
    return ApiError(500, code, "The event was not dealt with. Please send it again.")
