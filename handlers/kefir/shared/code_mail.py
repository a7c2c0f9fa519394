"""How does a one-time code reach its user?"""

from __future__ import annotations

from handlers.common.aws import ServiceError
from handlers.common.logs import logger
from handlers.common.mail import send

_SUBJECT = "Your Kefir login code"


def deliver(sender: str, email: str, code: str, logged: bool) -> None:
    """Mails a code. Where codes are ``logged`` (a developer's stages only) the log has it too, and is enough if no mail
    can be sent; elsewhere that raises `ServiceError`, and nobody is told a code was sent."""
    if logged:
        logger.info("One-time code", extra={"email": email, "code": code})
        if not sender:
            return
    text = f"Your code to log in to Kefir is {code}.\n\nIt is valid for three minutes. Ignore it if you did not ask.\n"
    html = f"<p>Your code to log in to Kefir is</p><p><strong>{code}</strong></p>"
    html += "<p>It is valid for three minutes. Ignore it if you did not ask.</p>"
    try:
        send(sender, email, _SUBJECT, text, html)
    except ServiceError:
        if not logged:
            raise
        logger.warning("The code was logged, but not mailed", exc_info=True)
