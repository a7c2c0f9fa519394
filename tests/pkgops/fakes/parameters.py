"""SSM's Parameter Store, in memory: the fake of the `Parameters` port."""

from __future__ import annotations

from collections.abc import Sequence


class FakeParameters:
    """`pkgops.ports.parameters.Parameters`; ``asked`` counts the questions."""

    def __init__(self) -> None:
        self.there: dict[str, str] = {}
        self.asked = 0

    def values(self, names: Sequence[str]) -> dict[str, str]:
        self.asked += 1
        return {name: self.there[name] for name in names if name in self.there}
