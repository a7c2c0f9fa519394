"""The functions: where their code is, what they are called, how long they may run, and what calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from templates.keyvex.naming import AI_QUEUE, ANALYTICS_QUEUE, EMAIL_QUEUE

if TYPE_CHECKING:
    from pkgops.scope import Scope


@dataclass(frozen=True, slots=True)
class Row:
    """``folder`` is below ``handlers/keyvex/``; ``memory`` in MB, ``timeout`` in seconds. A processor gets up to ``batch``
    messages of ``queue`` at a time, waiting ``window`` seconds for them; at most ``concurrency`` of it run at once. It
    finds the queue's URL under ``variable``."""

    name: str
    folder: str
    memory: int
    timeout: int
    queue: str = ""
    variable: str = ""
    batch: int = 10
    window: int = 0
    concurrency: int | None = None

    @property
    def visibility(self) -> int:
        """The queue's visibility timeout in seconds: six times the function's, as AWS advises."""
        return 6 * self.timeout


# By the file's name. At most 10 requests go to providers at once, which the application's configuration assumes.
FUNCTIONS: Mapping[str, Row] = {
    "ai_processor": Row(
        "keyvex-ai-processor", "ai", 1024, 900, AI_QUEUE, "AI_PROCESSING_QUEUE_URL", batch=1, concurrency=10
    ),
    "analytics_processor": Row(
        "keyvex-analytics-processor", "analytics", 512, 300, ANALYTICS_QUEUE, "ANALYTICS_QUEUE_URL", window=5
    ),
    "websocket_handler": Row("keyvex-websocket-handler", "websocket", 256, 30),
    "email_processor": Row("keyvex-email-processor", "email", 256, 120, EMAIL_QUEUE, "EMAIL_QUEUE_URL", batch=5),
}


def physical_name(scope: Scope, row: str) -> str:
    """The function's name on the stage."""
    return scope.named(f"{FUNCTIONS[row].name}-{{environment}}")
