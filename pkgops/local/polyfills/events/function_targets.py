"""Rules and topics invoke functions asynchronously: a failing one is tried again twice, and then its event goes where
the function sends its failures.

The emulator calls them once and forgets the outcome.
"""

from __future__ import annotations

import json
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Replaces the delivery of both."""
    from ministack.services import eventbridge, lambda_svc, sns

    require(lambda_svc, "_get_func_record_for_ref", "_execution_record_for_config", "invoke_async_with_retry")
    wrap(eventbridge, "_dispatch_to_lambda", lambda _: _from_rule)
    wrap(sns, "_deliver_to_lambda", lambda _: _from_topic)


def _from_rule(function: str, payload: str) -> None:
    try:
        event = json.loads(payload)
    except (ValueError, TypeError):
        event = {"body": payload}
    _invoke(function, event)


def _from_topic(function: str, envelope: str, topic: str, subscription: str, *_: Any) -> None:
    record = {
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription,
        "EventSource": "aws:sns",
        "Sns": json.loads(envelope),
    }
    _invoke(function, {"Records": [record]})


def _invoke(function: str, event: Any) -> None:
    from ministack.services import lambda_svc

    found, config, name = lambda_svc._get_func_record_for_ref(function)
    if found and config:
        lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(found, config), event)
    else:
        lambda_svc.logger.warning("A rule or a topic names function %s, which does not exist", name)
