"""Messages of the e-mail queue."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from handlers.keyvex.email import templates
from handlers.keyvex.shared.addresses import is_address
from handlers.keyvex.shared.messages import Text, Timed, unstorable

_TEMPLATE = "^(" + "|".join(templates.TEMPLATES) + "|d-[A-Za-z0-9-]+)$"
_DATA = (
    "The template's variables. The recipient is `to` or `email`, else the user's address; a campaign has `recipients`, "
    "each an address or {email, name, data}, whose data come before these. `replyTo` is where answers go."
)


class Recipient(msgspec.Struct, frozen=True):
    """One recipient of a campaign; ``data`` are its own variables."""

    email: Text
    name: str | None = None
    data: dict[str, Any] = {}


class EmailNotification(Timed, kw_only=True, rename="camel"):
    """A mail to a user, or a campaign to many addresses."""

    message_type: Literal["EMAIL_NOTIFICATION"]
    user_id: Annotated[Text, msgspec.Meta(max_length=256, description="Whose address and preferences count.")]
    template_id: Annotated[
        str, msgspec.Meta(pattern=_TEMPLATE, description="A known template, or `d-...`, a dynamic one of SendGrid.")
    ]
    data: Annotated[dict[str, Any], msgspec.Meta(description=_DATA)]
    priority: Literal["high", "normal"] = "normal"

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_addresses()
        for one in self.recipients or [Recipient("")]:
            templates.check(self.template_id, self.variables(one))

    @property
    def recipients(self) -> list[Recipient] | None:
        """A campaign's recipients, each address once; None for a mail to one."""
        if "recipients" not in self.data:
            return None
        given = msgspec.convert(self.data["recipients"], list[str | Recipient])
        listed = [Recipient(one) if isinstance(one, str) else one for one in given]
        return list({one.email.lower(): one for one in reversed(listed)}.values())[::-1]

    @property
    def to(self) -> str | None:
        """The address that the data name; None if it is the user's."""
        return self.data.get("to") or self.data.get("email")

    def variables(self, recipient: Recipient) -> dict[str, Any]:
        """The template's variables for one recipient."""
        return {**self.data, **recipient.data}

    def _check_addresses(self) -> None:
        recipients = self.recipients
        if recipients == []:
            raise ValueError("data.recipients is empty")
        for number, one in enumerate(recipients or ()):
            if not is_address(one.email):
                raise ValueError(f"data.recipients[{number}] has no valid address")
        for name in ("to", "email", "replyTo"):
            value = self.data.get(name)
            if value and not (isinstance(value, str) and is_address(value)):
                raise ValueError(f"data.{name} is no valid address")


MESSAGE = EmailNotification
refusal = unstorable
