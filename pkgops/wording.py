"""How is a number of things written in a sentence?"""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """1 artifact, 2 artifacts, 1,000 artifacts; ``plural`` for nouns that do not just get an s."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
