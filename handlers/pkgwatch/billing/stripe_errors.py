"""Errors of Stripe as the API responds with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from handlers.common.logs import logger
from handlers.common.secrets import SecretUnavailable
from handlers.common.web.errors import ApiError
from handlers.pkgwatch.billing.stripe_client import stripe
from handlers.pkgwatch.billing.stripe_sdk import stripe as sdk

if TYPE_CHECKING:
    from stripe import StripeClient


def configured_stripe() -> StripeClient:
    """The client of Stripe's SDK. Raises 500 ``stripe_not_configured``."""
    try:
        return stripe()
    except SecretUnavailable as error:
        logger.error("Stripe is not configured: %s", error)
        raise ApiError(500, "stripe_not_configured", "Payments are not set up. Please try again later.") from error


@contextmanager
def refusals() -> Iterator[None]:
    """Turns any error of Stripe into 500 ``stripe_error``."""
    try:
        yield
    except sdk.StripeError as error:
        log_stripe(error)
        raise unavailable() from error


def log_stripe(error: sdk.StripeError) -> None:
    """Logs an error of Stripe without its message, which may repeat what was sent."""
    extra = {"kind": type(error).__name__, "status": error.http_status, "stripe_code": error.code}
    logger.error("Stripe refused a call", extra={**extra, "stripe_request": error.request_id})


def unavailable() -> ApiError:
    """Stripe's error, for the client."""
    return ApiError(500, "stripe_error", "The payment service did not answer as expected. Please try again.")
