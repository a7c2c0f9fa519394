"""Requests to the routes of a login, as they come from a phone or from elsewhere on the network."""

from __future__ import annotations

from typing import Any

from tests.handlers.gateway import Answer
from tests.handlers.kefir.kefir_api import ask

HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"
EXPIRED, WRONG = "Verification code expired", "Invalid verification code"


def login(email: Any, source_ip: str = HOME) -> Answer:
    return ask("POST /auth/login", {"email": email}, source_ip=source_ip)


def verify(email: str, code: str, source_ip: str = HOME, **more: str) -> Answer:
    return ask("POST /auth/verify", {"email": email, "code": code, **more}, source_ip=source_ip)


def other(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def refused(answer: Answer, text: str) -> bool:
    return (answer.status, answer.json["success"], answer.json["error"]) == (401, False, text)
