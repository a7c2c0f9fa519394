"""Monkey patches of the emulator that cannot fail silently on another version of it.

What polyfills patch is private to the emulator and may be gone in its next release; so each name is looked
up through `wrap` or `require`, and one that is missing keeps the server from starting.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any


class MissingHookError(Exception):
    """The emulator has no such name: it is not the version the polyfills were written for."""


def require(module: ModuleType, *names: str) -> None:
    """Raises `MissingHookError` unless ``module`` has every one of ``names``."""
    for name in names:
        if not hasattr(module, name):
            raise MissingHookError(f"{module.__name__} has no {name}")


def wrap(module: ModuleType, name: str, make: Callable[[Any], Any]) -> None:
    """Replaces ``module.name`` by what ``make(original)`` returns."""
    require(module, name)
    setattr(module, name, make(getattr(module, name)))


def refuse(answer: tuple[int, Any, Any]) -> tuple[int, Any, Any]:
    """``answer`` of a service's own function, or ValueError with its text if it is an error: that fails the
    resource, and the text becomes the reason in the stack's events."""
    status, _, body = answer
    if status >= 400:
        raise ValueError(body.decode(errors="replace") if isinstance(body, bytes) else str(body))
    return answer


def switched_on(value: Any) -> bool:
    """A template's boolean, which may arrive as text."""
    return str(value).lower() == "true"
