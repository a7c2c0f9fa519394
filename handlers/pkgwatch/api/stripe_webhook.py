"""POST /webhooks/stripe: processes an event of Stripe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import ServiceError, client
from handlers.common.logs import logger
from handlers.common.secrets import SecretUnavailable, secret
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request
from handlers.common.web.response import Response, json_response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.billing import claims
from handlers.pkgwatch.billing.events import handle
from handlers.pkgwatch.billing.services import Services
from handlers.pkgwatch.billing.stripe_errors import configured_stripe, log_stripe, unavailable
from handlers.pkgwatch.billing.stripe_sdk import stripe as sdk
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.api import IDENTIFIED_API, error_body

_TOLERANCE = 300  # seconds a signature may be old
_PASSING = (sdk.APIConnectionError, sdk.RateLimitError, sdk.APIError)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, IDENTIFIED_API)


def answer(call: Call) -> Response:
    """Processes the event once. 2xx means that Stripe need not send it again."""
    services = Services(
        keys=tables.api_keys(),
        billing=tables.billing_events(),
        referrals=tables.referral_events(),
        alert=_alert,
        sender=settings().login_email_sender,
        base_url=settings().base_url,
        grace_days=settings().payment_grace_period_days,
    )
    return receive(call, services)


def receive(call: Call, services: Services) -> Response:
    """The response to an event whose signature is valid, and that no other request has claimed."""
    configured_stripe()  # raises before anything is claimed
    event = _event(call.request, _signing_secret())
    try:
        if not claims.take(services.billing, event, call.now):
            return json_response(200, {"received": True, "duplicate": True})
    except ServiceError as error:
        logger.exception("An event could not be claimed")
        raise _retry("temporary_error") from error
    return _process(services, event, call.now)


def _alert(subject: str, text: str) -> None:
    client("sns").publish(TopicArn=settings().alert_topic_arn, Subject=subject, Message=text)


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
        raise ApiError(400, "invalid_webhook_payload", "The body is not an event of Stripe.")
    found: dict[str, Any] = event
    if (sent := found.get("api_version")) not in (None, sdk.api_version):
        versions = {"sent": str(sent)[:50], "expected": sdk.api_version}
        logger.warning("The webhook endpoint has another API version than the SDK", extra=versions)
    return found


def _complete(event: Any) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("data"), dict):
        return False
    texts = (event.get("id"), event.get("type"))
    return isinstance(event["data"].get("object"), dict) and all(text and isinstance(text, str) for text in texts)


def _process(services: Services, event: Mapping[str, Any], now: datetime) -> Response:
    """Processes a claimed event. An error that may pass is answered with 5xx, so that Stripe sends the event again;
    one that would come up every time is not."""
    try:
        handle(services, event, now)
        claims.succeeded(services.billing, event, datetime.now(UTC))
    except ServiceError as error:
        raise _released(services, event, error, _retry("temporary_error")) from error
    except _PASSING as error:
        log_stripe(error)
        raise _released(services, event, error, unavailable()) from error
    except sdk.StripeError as error:
        log_stripe(error)
        return _given_up(services, event, error, "stripe_validation_error")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return _given_up(services, event, error, "invalid_event_data")
    except Exception as error:
        raise _released(services, event, error, _retry("processing_failed")) from error
    return json_response(200, {"received": True})


def _released(services: Services, event: Mapping[str, Any], error: Exception, response: ApiError) -> ApiError:
    logger.exception("An event was not processed", extra={"event_id": event["id"], "event_type": event["type"]})
    _record(services, event, error)
    return response


def _given_up(services: Services, event: Mapping[str, Any], error: Exception, code: str) -> Response:
    logger.exception("An event cannot be processed", extra={"event_id": event["id"], "event_type": event["type"]})
    _record(services, event, error)
    permanent = ApiError(200, code, "The event was received and cannot be processed.")
    return json_response(200, {**error_body(permanent), "received": True, "processed": False})


def _record(services: Services, event: Mapping[str, Any], error: Exception) -> None:
    """Gives the claim back; if that fails too, it runs out by itself."""
    try:
        claims.failed(services.billing, event, type(error).__name__, datetime.now(UTC))
    except ServiceError:
        logger.exception("A claim was not given back", extra={"event_id": event["id"]})


def _retry(code: str) -> ApiError:
    return ApiError(500, code, "The event was not processed. Please send it again.")


ROUTES: Routes[Call] = {"POST /webhooks/stripe": answer}
