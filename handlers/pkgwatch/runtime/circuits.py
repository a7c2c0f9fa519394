"""Which dependencies does this container leave alone when they fail?"""

from __future__ import annotations

from handlers.common.circuit import Circuit

DYNAMODB = Circuit(failures=3, timeout=30, successes=2, probes=2)
