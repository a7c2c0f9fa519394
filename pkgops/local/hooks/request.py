"""The request as it came in, for polyfills that need what the emulator's own parsing drops."""

from __future__ import annotations

from contextvars import ContextVar

raw_path: ContextVar[str] = ContextVar("raw_path", default="")
raw_query: ContextVar[str] = ContextVar("raw_query", default="")
headers: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("headers", default=())
client_address: ContextVar[str] = ContextVar("client_address", default="127.0.0.1")
