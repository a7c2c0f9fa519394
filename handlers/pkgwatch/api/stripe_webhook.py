"""POST /webhooks/stripe: what has happened at Stripe?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.billing.events import Services
from handlers.pkgwatch.billing.webhook import answer
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `billing_webhook.answer`."""
    return serve(event, context, _answer, identified=True)


def _answer(request: Request) -> Response:
    known = settings()
    services = Services(
        keys=tables.api_keys(),
        billing=tables.billing_events(),
        referrals=tables.referral_events(),
        alert=_alert,
        sender=known.login_email_sender,
        base_url=known.base_url,
        grace_days=known.payment_grace_period_days,
    )
    return answer(request, services, datetime.now(UTC))


def _alert(subject: str, text: str) -> None:
    client("sns").publish(TopicArn=settings().alert_topic_arn, Subject=subject, Message=text)
