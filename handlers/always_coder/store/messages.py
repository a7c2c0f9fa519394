"""What terminals have sent within the last hour, for viewers that ask for it."""

from __future__ import annotations

from itertools import islice
from typing import Any

from handlers.always_coder.runtime.tables import messages_table
from handlers.always_coder.store.clock import MESSAGE_SECONDS, expiry

MOST = 1000


def keep(session: str, timestamp: float, text: str) -> None:
    """Keeps an envelope as it was received. Another one of the same session and time replaces it."""
    item: dict[str, Any] = {"sessionId": session, "seq": timestamp, "timestamp": timestamp, "encryptedData": text}
    messages_table().put({**item, "ttl": expiry(MESSAGE_SECONDS)})


def latest(session: str) -> list[str]:
    """The newest 1,000 envelopes of a session, oldest first."""
    found = messages_table().pages("", "sessionId = :session", {"session": session}, descending=True)
    return [item["encryptedData"] for item in islice(found, MOST)][::-1]
