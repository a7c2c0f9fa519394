"""The emulator's version."""

from __future__ import annotations

# The polyfills patch its internals, so it is exact (docs/adr/0005).
MINISTACK = "1.5.33"
