"""The port to SSM's Parameter Store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Parameters(Protocol):
    """The parameters of the account and region."""

    def values(self, names: Sequence[str]) -> dict[str, str]:
        """Their values by name, lists with commas; those that do not exist are left out, and secure ones stay
        encrypted."""
