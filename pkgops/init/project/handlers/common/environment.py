"""What a function is linked to, read from its environment by name and type."""

from __future__ import annotations

import os
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def read(shape: type[T]) -> T:
    """A dataclass filled from the variables of its fields' names in capitals; ``int`` fields are converted.

    RuntimeError names a variable that is not set: the function's row in the template lacks a link."""
    hints: dict[str, Any] = shape.__annotations__
    try:
        values = {field.name: os.environ[field.name.upper()] for field in fields(shape)}  # type: ignore[arg-type]
    except KeyError as error:
        raise RuntimeError(f"Not linked: {error.args[0]}. Add the link to the function's row in templates/.") from None
    return shape(**{name: int(text) if hints[name] in (int, "int") else text for name, text in values.items()})
