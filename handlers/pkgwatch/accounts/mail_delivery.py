"""Sending mails from functions whose response must not depend on them."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from handlers.common.logs import logger
from handlers.common.mail import send
from handlers.pkgwatch.accounts.mails import Mail
from handlers.pkgwatch.accounts.users import masked_for_logs


def deliver(sender: str, to: str, mail: Mail) -> None:
    """Sends a mail; a failure is logged only, without SES's message, which repeats the address."""
    try:
        send(sender, to, *mail)
    except (ClientError, BotoCoreError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        logger.error("Mail was not sent", extra={"to": masked_for_logs(to), "reason": code})
