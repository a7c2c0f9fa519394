"""What a function is linked to, read from its environment by name and type."""

from __future__ import annotations

import os
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def read(shape: type[T]) -> T:
    """A dataclass filled from the variables of its fields' names in capitals; ``int`` fields are converted.

    RuntimeError names the variables that are not set: the function's row in the template lacks a link."""
    names = {field.name: field.name.upper() for field in fields(shape)}  # type: ignore[arg-type]
    missing = [name for name in names.values() if name not in os.environ]
    if missing:
        raise RuntimeError(f"Not linked: {', '.join(missing)}. Add the link to the function's row in templates/.")
    hints: dict[str, Any] = shape.__annotations__
    values = {field: os.environ[name] for field, name in names.items()}
    return shape(**{field: int(text) if hints[field] in (int, "int") else text for field, text in values.items()})
