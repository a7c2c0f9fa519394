"""The documented names."""

from __future__ import annotations

NAME = "kefir-app-{stage}"
EXPO_SECRET = f"{NAME}/expo"


def named(part: str) -> str:
    """A documented name, with a placeholder for the stage."""
    return f"{NAME}-{part}"
