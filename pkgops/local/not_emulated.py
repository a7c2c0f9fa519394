"""What does the emulator take without doing it, for the resource types of a template?"""

from __future__ import annotations


def notes(types: set[str]) -> list[str]:
    """One short sentence for each thing AWS does with these types and the emulator does not, in a fixed order."""
    raise NotImplementedError
