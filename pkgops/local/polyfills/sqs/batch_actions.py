"""Permissions to send, delete or hide SQS messages hold for batches: IAM has no separate actions for them."""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Authorizes ``SendMessageBatch`` as ``sqs:SendMessage``, and so on."""
    from ministack.core import iam_actions

    wrap(iam_actions, "extract_iam_action", _single)


def _single(original: Any) -> Any:
    def extract(service: str, *request: Any, **named: Any) -> str | None:
        action: str | None = original(service, *request, **named)
        return action.removesuffix("Batch") if action and service == "sqs" else action

    return extract
